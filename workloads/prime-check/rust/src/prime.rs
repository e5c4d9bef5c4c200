//! The arithmetic: reading a token and deciding whether it is prime.

/// Reads a token: one or more decimal digits, nothing else, at most `u64::MAX`.
///
/// Stricter than `str::parse`, which takes a leading `+`.
pub fn parse_token(token: &[u8]) -> Option<u64> {
    if token.is_empty() {
        return None;
    }
    token.iter().try_fold(0u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Whether `number` is prime, by trial division over the 6k±1 wheel.
///
/// Slow on purpose: the cost grows with the square root of the number, so that
/// a token chooses how much the guest computes. A prime near 2^45 takes about
/// two million divisors.
pub fn is_prime(number: u64) -> bool {
    if number < 4 {
        return number >= 2;
    }
    if number % 2 == 0 || number % 3 == 0 {
        return false;
    }
    let mut divisor = 5u64;
    // `divisor <= number / divisor` is `divisor² <= number` without overflow.
    while divisor <= number / divisor {
        if number % divisor == 0 || number % (divisor + 2) == 0 {
            return false;
        }
        divisor += 6;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sieve of Eratosthenes, the other way to know primes.
    fn sieve(limit: usize) -> Vec<bool> {
        let mut prime = vec![true; limit];
        prime[..2].fill(false);
        for number in 2..limit {
            if prime[number] {
                (number * 2..limit)
                    .step_by(number)
                    .for_each(|multiple| prime[multiple] = false);
            }
        }
        prime
    }

    #[test]
    fn agrees_with_a_sieve() {
        for (number, expected) in sieve(20_000).into_iter().enumerate() {
            assert_eq!(is_prime(number as u64), expected, "{number}");
        }
    }

    #[test]
    fn knows_large_primes_and_semiprimes() {
        assert!(is_prime(4_294_967_291));
        assert!(is_prime(4_294_967_311));
        assert!(!is_prime(65_521 * 65_537));
        assert!(!is_prime(65_537 * 65_537));
        assert!(!is_prime(u64::MAX));
    }

    #[test]
    fn reads_plain_decimal_digits_only() {
        assert_eq!(parse_token(b"0"), Some(0));
        assert_eq!(parse_token(b"007"), Some(7));
        assert_eq!(parse_token(b"18446744073709551615"), Some(u64::MAX));
        for junk in [
            &b""[..],
            b" 7",
            b"7 ",
            b"+7",
            b"-7",
            b"7.0",
            b"0x7",
            b"seven",
            b"1e3",
            b"\xff",
            b"18446744073709551616",
            b"99999999999999999999999",
        ] {
            assert_eq!(parse_token(junk), None, "{junk:?}");
        }
    }
}
