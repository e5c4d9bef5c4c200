//! What the network looks at: ten numbers, each exact in 32 bits.

/// How many there are.
pub const COUNT: usize = 10;

/// The features of a request, in the order in which the network was trained.
pub type Features = [f32; COUNT];

/// The features of a request, of its headers with the pseudo-headers among them.
pub fn of<'a>(headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Features {
    let mut path: &[u8] = &[];
    let (mut agent, mut accept) = (None, None);
    let (mut count, mut hints) = (0, 0);
    let (mut language, mut cookie, mut origin) = (false, false, false);
    for (name, value) in headers {
        if let Some(pseudo) = name.strip_prefix(b":") {
            if pseudo == b"path" {
                path = value;
            }
            continue;
        }
        count += 1;
        match name {
            b"user-agent" => agent = agent.or(Some(value.len())),
            b"accept" => accept = accept.or(Some(value.len())),
            b"accept-language" => language = true,
            b"cookie" => cookie = true,
            b"referer" | b"origin" => origin = true,
            _ => hints += usize::from(name.starts_with(b"sec-")),
        }
    }
    let parameters = path.iter().filter(|byte| **byte == b'=').count();
    let digits = path.iter().filter(|byte| byte.is_ascii_digit()).count();
    let share = |number: usize, whole: f32| number as f32 / whole;
    let flag = |present: bool| f32::from(u8::from(present));
    [
        share(count, 16.0),
        share(path.len(), 64.0),
        share(parameters, 4.0),
        share(digits, 16.0),
        share(agent.unwrap_or(0), 128.0),
        share(hints, 8.0),
        flag(language),
        flag(cookie),
        flag(origin),
        share(accept.unwrap_or(0), 64.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudo_headers_are_not_counted_and_the_first_value_counts() {
        let headers: [(&[u8], &[u8]); 7] = [
            (b":method", b"GET"),
            (b":path", b"/a?b=12&c=3"),
            (b"user-agent", b"0123456789abcdef"),
            (b"user-agent", b""),
            (b"sec-fetch-mode", b"cors"),
            (b"cookie", b"a"),
            (b"origin", b"https://a.example"),
        ];
        assert_eq!(
            of(headers),
            [0.3125, 0.171875, 0.5, 0.1875, 0.125, 0.125, 0.0, 1.0, 1.0, 0.0]
        );
    }
}
