//! The QR code as rectangles.

use krilla::geom::{Path, PathBuilder, Rect};
use qrcode::{Color, EcLevel, QrCode};

/// The dark squares of a code for this text, drawn into a square of this side at this place. None if the text is too long for a code.
pub(crate) fn path(text: &str, (left, top): (f32, f32), side: f32) -> Option<Path> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let module = side / width as f32;
    let mut builder = PathBuilder::new();
    for (row, colors) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        // One rectangle for neighbours: no hairlines between them, and fewer bytes.
        for run in colors.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let x = left + column as f32 * module;
                let y = top + row as f32 * module;
                builder.push_rect(Rect::from_xywh(x, y, run.len() as f32 * module, module)?);
            }
            column += run.len();
        }
    }
    builder.finish()
}
