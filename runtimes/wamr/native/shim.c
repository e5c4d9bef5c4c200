/* What WAMR's public headers do not tell: where the fields lie that a host call reads, which
   thread runs a guest, and the options of its ahead-of-time compiler by name instead of by
   layout. Compiled into every variant with WAMR's own flags. */
#include "wasm_exec_env.h"
#include "wasm_runtime_common.h"
#if WASM_ENABLE_INTERP != 0
#include "wasm_runtime.h"
#endif
#if WASM_ENABLE_WAMR_COMPILER != 0
#include "aot_export.h"
#include <llvm-c/TargetMachine.h>
#endif

#include <signal.h>

#define SHIM __attribute__((visibility("default")))

static void (*handler)(int, siginfo_t *, void *);

static void
next_in_chain(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    (void)context;
}

/* `sigaction` as WAMR's threads call it. WAMR installs its handlers anew for each thread,
   those that it compiles with included, and takes whatever was installed before, itself
   included, for the next in the chain: so it installs nothing, and is asked by the handler of
   signals.rs. */
int
pwbench_wamr_sigaction(int signal, const struct sigaction *action, struct sigaction *before)
{
    (void)signal;
    if (before) {
        memset(before, 0, sizeof(*before));
        before->sa_flags = SA_SIGINFO;
        before->sa_sigaction = next_in_chain;
    }
    if (action)
        __atomic_store_n(&handler, action->sa_sigaction, __ATOMIC_RELEASE);
    return 0;
}

/* Deals with a fault inside a guest: jumps out of it, or comes back when it is not WAMR's. */
SHIM void
pwbench_wamr_fault(int signal, siginfo_t *info, void *context)
{
    void (*known)(int, siginfo_t *, void *) = __atomic_load_n(&handler, __ATOMIC_ACQUIRE);

    if (known)
        known(signal, info, context);
}

/* What WAMR prints: standard output is the program's own. Its compiler talks idly. */
int
pwbench_wamr_print(const char *format, va_list arguments)
{
#if WASM_ENABLE_WAMR_COMPILER != 0
    return 0;
#else
    return vfprintf(stderr, format, arguments);
#endif
}

#if WASM_ENABLE_FAST_JIT != 0
/* Distributions compile asmjit for programs, where `stderr` has an address that a shared
   library does not know: its objects are made to use this one. */
__attribute__((visibility("hidden"))) FILE *pwbench_wamr_stderr;

__attribute__((constructor)) static void
find_stderr(void)
{
    pwbench_wamr_stderr = stderr;
}
#endif

#if WASM_ENABLE_JIT != 0
/* What an unloaded module calls in place of `aot_destroy_comp_context`: taking LLVM's JIT down
   damages the heap, and the next module's compilation crashes. Its code and LLVM's objects stay
   for as long as the process. */
void
pwbench_wamr_keep_context(void *context)
{
    (void)context;
}
#endif

/* Offsets in the order of `Layout` in layout.rs. */
SHIM void
pwbench_wamr_layout(uint32 offsets[4])
{
    offsets[0] = offsetof(WASMExecEnv, module_inst);
    offsets[1] = offsetof(WASMModuleInstance, custom_data);
    offsets[2] = offsetof(WASMMemoryInstance, memory_data_size);
    offsets[3] = offsetof(WASMMemoryInstance, memory_data);
}

/* Whether this thread is inside a guest of this library. */
SHIM bool
pwbench_wamr_in_guest(void)
{
#ifdef OS_ENABLE_HW_BOUND_CHECK
    return wasm_runtime_get_exec_env_tls() != NULL;
#else
    return false;
#endif
}

/* The lowest address that this thread's stack may use, as WAMR reckons. */
SHIM uint8 *
pwbench_wamr_stack_boundary(void)
{
    return os_thread_get_stack_boundary();
}

#if WASM_ENABLE_WAMR_COMPILER != 0

#if defined(BUILD_TARGET_X86_64)
#define ARCHITECTURE "x86_64"
#elif defined(BUILD_TARGET_AARCH64)
#define ARCHITECTURE "aarch64"
#endif

/* Levels that change the code, in the order of `Levels` in compiler.rs. */
struct pwbench_wamr_levels {
    uint32 optimisation;
    uint32 size;
    uint32 stack_checks;
};

/* Compiles `wasm`, which is changed on the way, for the processor it runs on. The answer is
   freed with `pwbench_wamr_compiled_free`; NULL with a text in `error` on failure. */
SHIM uint8 *
pwbench_wamr_compile(uint8 *wasm, uint32 length,
                     const struct pwbench_wamr_levels *levels,
                     uint32 *compiled_length, char *error, uint32 error_length)
{
    AOTCompOption option = { 0 };
    wasm_module_t module;
    aot_comp_data_t data = NULL;
    aot_comp_context_t context = NULL;
    uint8 *compiled = NULL;
    char *processor, *features;

    if (!(module = wasm_runtime_load(wasm, length, error, error_length)))
        return NULL;

    /* The name alone would promise instructions that a virtual machine hides. */
    processor = LLVMGetHostCPUName();
    features = LLVMGetHostCPUFeatures();
    option.target_arch = ARCHITECTURE;
    option.target_cpu = processor;
    option.cpu_features = features;

    option.opt_level = levels->optimisation;
    option.size_level = levels->size;
    option.output_format = AOT_FORMAT_FILE;
    /* 2: as the target has it, guard pages on 64-bit processors. */
    option.bounds_checks = 2;
    option.stack_bounds_checks = levels->stack_checks;
    option.enable_simd = true;
    option.enable_bulk_memory = true;
    option.enable_bulk_memory_opt = true;
    option.enable_ref_types = true;
    option.enable_call_indirect_overlong = true;
    option.enable_extended_const = true;
    option.enable_tail_call = true;
    option.enable_aux_stack_check = true;

    if ((data = aot_create_comp_data(module, NULL, false))
        && (context = aot_create_comp_context(data, &option))
        && aot_compile_wasm(context))
        compiled = aot_emit_aot_file_buf(context, data, compiled_length);
    if (!compiled)
        snprintf(error, error_length, "%s", aot_get_last_error());

    if (context)
        aot_destroy_comp_context(context);
    if (data)
        aot_destroy_comp_data(data);
    wasm_runtime_unload(module);
    LLVMDisposeMessage(features);
    LLVMDisposeMessage(processor);
    return compiled;
}

SHIM void
pwbench_wamr_compiled_free(uint8 *compiled)
{
    wasm_runtime_free(compiled);
}

#endif
