//! A limit of requests as servers have it: so many each second, and those of one second at once.

use std::time::Instant;

/// What is left of a limit.
pub struct Bucket {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(per_second: u32, now: Instant) -> Self {
        Self {
            per_second: f64::from(per_second),
            left: f64::from(per_second),
            at: now,
        }
    }

    /// Takes one out; false if there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.left = (self.left + gained).min(self.per_second);
        self.at = now;
        let has_one = self.left >= 1.0;
        if has_one {
            self.left -= 1.0;
        }
        has_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_second_gives_what_the_limit_says_and_no_more_is_saved() {
        let begin = Instant::now();
        let mut bucket = Bucket::new(5, begin);
        let taken = |bucket: &mut Bucket, at| (0..20).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(&mut bucket, begin), 5);
        assert_eq!(taken(&mut bucket, begin + Duration::from_millis(400)), 2);
        assert_eq!(taken(&mut bucket, begin + Duration::from_secs(60)), 5);
    }
}
