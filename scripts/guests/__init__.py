"""Guest modules: what there is to build, how, and the manifests that tell of it."""
