"""Makes a subset face smaller still: `shrink_font.py IN OUT UNITS LICENCE_OUT`.

Outlines are moved to a grid of UNITS to the em, on which most steps fit one byte and repeat, so
that they compress; the words of the licence leave the face for a file that is deployed beside the
page.
"""

import sys

from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

COPYRIGHT = 0


def main():
    source, target, units, licence = sys.argv[1:]
    font = TTFont(source)
    scale_upem(font, int(units))
    names = font["name"]
    words = []
    for record in names.names:
        text = record.toUnicode().strip()
        if text not in words:
            words.append(text)
    names.names = [record for record in names.names if record.nameID == COPYRIGHT][:1]
    font.save(target)
    with open(licence, "w", encoding="utf-8") as out:
        out.write("\n\n".join(words) + "\n")


main()
