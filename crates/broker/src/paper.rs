//! The papers of the demo: one-page PDFs, small and valid, as a broker would upload them.

/// A page of A4 with a headline and lines under it. Only Latin-1 text can be shown.
pub fn pdf(headline: &str, lines: &[&str]) -> Vec<u8> {
    let page = content(headline, lines);
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
    ];
    let mut stream = format!("<< /Length {} >>\nstream\n", page.len()).into_bytes();
    stream.extend(&page);
    stream.extend(b"\nendstream");
    objects.push(stream);
    objects.push(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_vec(),
    );
    file(&objects)
}

fn content(headline: &str, lines: &[&str]) -> Vec<u8> {
    let mut page = b"BT /F1 18 Tf 72 760 Td ".to_vec();
    page.extend(literal(headline));
    page.extend(b" Tj /F1 11 Tf 0 -14 Td");
    for line in lines {
        page.extend(b" 0 -18 Td ");
        page.extend(literal(line));
        page.extend(b" Tj");
    }
    page.extend(b" ET");
    page
}

/// A string of PDF: Latin-1 bytes, with the three special ones escaped.
fn literal(text: &str) -> Vec<u8> {
    let mut bytes = vec![b'('];
    for letter in text.chars() {
        let byte = u8::try_from(u32::from(letter)).unwrap_or(b'?');
        if matches!(byte, b'(' | b')' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(byte);
    }
    bytes.push(b')');
    bytes
}

/// Objects, then the table that says where each begins.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let table = bytes.len();
    let size = objects.len() + 1;
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    bytes.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").bytes(),
    );
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_at_the_objects() {
        let pdf = pdf(
            "Identifizierungsprotokoll (Muster)",
            &["Geprüft am 1. März"],
        );

        let text: String = pdf.iter().copied().map(char::from).collect();
        let start = text.rsplit("startxref\n").next().unwrap();
        let table: usize = start.lines().next().unwrap().parse().unwrap();
        assert!(text[text.char_indices().nth(table).unwrap().0..].starts_with("xref\n"));
        for (number, line) in text
            .lines()
            .filter(|line| line.ends_with(" 00000 n "))
            .enumerate()
        {
            let offset: usize = line[..10].parse().unwrap();
            assert!(pdf[offset..].starts_with(format!("{} 0 obj", number + 1).as_bytes()));
        }
        assert!(pdf.starts_with(b"%PDF-1."));
    }
}
