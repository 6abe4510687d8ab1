"""Prints what somebody reads who has only the PDF: the text of all pages, the names of what is attached, and what the file says it is."""

import json
import sys

from pypdf import PdfReader

reader = PdfReader(sys.argv[1])
fonts = set()
for page in reader.pages:
    for font in page["/Resources"]["/Font"].values():
        fonts.add(font.get_object()["/BaseFont"])
print(
    json.dumps(
        {
            "text": "\n".join(page.extract_text() for page in reader.pages),
            "pages": len(reader.pages),
            "attached": {name: bytes(files[0]).decode() for name, files in reader.attachments.items()},
            "metadata": reader.trailer["/Root"]["/Metadata"].get_data().decode(),
            "language": reader.trailer["/Root"]["/Lang"],
            "is_tagged": bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"]),
            "fonts": sorted(fonts),
        }
    )
)
