//! The kit seen from outside, through a router.
