# nb_fonts: the page's faces as bytes, for web/fonts.h. Debian's font packages, cut down to what a
# blotter shows, so that they cost little of the download.
#
# Roboto, because all of its digits have one width (prices align without a monospaced face),
# because it stays readable at 13 pixels unhinted, and because it is Apache-2.0 like the project.
# It has no arrows or shapes; those come from DejaVu Sans.

# Latin-1; what is beyond comes from the browser (web/glyphs_dom.h).
set(NB_FONT_LATIN_CHARACTERS U+00A0-00B6,U+00B8-00FF)
# What the first paint needs.
set(NB_FONT_CELL_CHARACTERS
    U+0020-007E # Basic Latin
    U+00B7 # ·
    U+0394,U+03A3,U+03BC # Δ Σ μ
    U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032,U+2033,U+2039,U+203A # punctuation
    U+20AC,U+2122,U+2212 # € ™ −
    U+FFFD # what a bad character is shown as
)
set(NB_FONT_SYMBOL_CHARACTERS
    U+2190-2199,U+21BA,U+21BB,U+21C5 # ← ↑ → ↓ ↔ ↕ ↖ ↗ ↘ ↙ ↺ ↻ ⇅
    U+22EE,U+22EF,U+2261,U+2630 # ⋮ ⋯ ≡ ☰
    U+25A0,U+25A1,U+25AA,U+25AE # ■ □ ▪ ▮
    U+25B2,U+25B3,U+25B4,U+25B6,U+25B8,U+25BA,U+25BC,U+25BD,U+25BE # ▲ △ ▴ ▶ ▸ ► ▼ ▽ ▾
    U+25C0,U+25C2,U+25C6,U+25C7,U+25CB,U+25CF,U+25D0-25D5,U+25CC # ◀ ◂ ◆ ◇ ○ ● ◐ ◑ ◒ ◓ ◔ ◕ ◌
    U+2605,U+2606,U+26A0,U+26A1,U+2713,U+2714,U+2715,U+2716,U+2717 # ★ ☆ ⚠ ⚡ ✓ ✔ ✕ ✖ ✗
    U+27F2,U+27F3,U+2B24 # ⟲ ⟳ ⬤
)

find_program(NB_PYFTSUBSET pyftsubset NO_CMAKE_FIND_ROOT_PATH)
find_program(NB_PYTHON3 python3 NO_CMAKE_FIND_ROOT_PATH)
# Debian's own, which its fonttools belong to, whatever other python is on the PATH.
find_program(NB_FONT_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
if(NOT NB_PYFTSUBSET OR NOT NB_PYTHON3 OR NOT NB_FONT_PYTHON)
    message(FATAL_ERROR "pyftsubset (fonttools) or python3 is missing: run `make setup`")
endif()

# Finds one face of a Debian font package, whatever folder this release keeps it in.
function(find_face variable file package)
    file(GLOB_RECURSE candidates LIST_DIRECTORIES false "/usr/share/fonts/*/${file}")
    if(NOT candidates)
        message(FATAL_ERROR "The font ${file} of ${package} is missing: run `make setup`")
    endif()
    list(GET candidates 0 first)
    set(${variable} "${first}" PARENT_SCOPE)
endfunction()
find_face(NB_FACE_TEXT Roboto-Medium.ttf fonts-roboto-unhinted)
find_face(NB_FACE_CELL Roboto-Regular.ttf fonts-roboto-unhinted)
find_face(NB_FACE_SYMBOL DejaVuSans.ttf fonts-dejavu-core)

# Half a unit of this grid is a tenth of a pixel at three times the usual density.
set(NB_FONT_UNITS 256)

set(NB_FONTS_FOLDER "${CMAKE_BINARY_DIR}/fonts")
file(MAKE_DIRECTORY "${NB_FONTS_FOLDER}")
function(subset_face name face characters)
    string(REPLACE ";" "," unicodes "${characters}")
    add_custom_command(
        OUTPUT "${NB_FONTS_FOLDER}/${name}.ttf"
        BYPRODUCTS "${NB_FONTS_FOLDER}/${name}.licence.txt"
        COMMAND
            "${NB_PYFTSUBSET}" "${face}" "--output-file=${NB_FONTS_FOLDER}/${name}.whole.ttf"
            "--unicodes=${unicodes}"
            --no-ignore-missing-unicodes # a character the face lacks fails the build
            --no-hinting # stb_truetype reads no hints,
            --layout-features= --drop-tables+=GSUB,GPOS,GDEF,kern,DSIG,gasp,MATH # nor others
            --name-IDs=0,13,14 # copyright and licence
            --notdef-outline
        COMMAND
            "${NB_FONT_PYTHON}" "${PROJECT_SOURCE_DIR}/cmake/shrink_font.py"
            "${NB_FONTS_FOLDER}/${name}.whole.ttf" "${NB_FONTS_FOLDER}/${name}.ttf"
            ${NB_FONT_UNITS} "${NB_FONTS_FOLDER}/${name}.licence.txt"
        DEPENDS "${face}" "${PROJECT_SOURCE_DIR}/cmake/shrink_font.py"
        COMMENT "Subsetting ${face}"
        VERBATIM)
endfunction()
subset_face(text "${NB_FACE_TEXT}" "${NB_FONT_CELL_CHARACTERS};${NB_FONT_LATIN_CHARACTERS}")
subset_face(cell "${NB_FACE_CELL}" "${NB_FONT_CELL_CHARACTERS}")
subset_face(latin "${NB_FACE_CELL}" "${NB_FONT_LATIN_CHARACTERS}")
subset_face(symbol "${NB_FACE_SYMBOL}" "${NB_FONT_SYMBOL_CHARACTERS}")

set(NB_FONTS_SCRIPT "${PROJECT_SOURCE_DIR}/cmake/bytes_to_cpp.py")
add_custom_command(
    OUTPUT "${NB_FONTS_FOLDER}/fonts.cpp"
    COMMAND
        "${NB_PYTHON3}" "${NB_FONTS_SCRIPT}" "${NB_FONTS_FOLDER}/fonts.cpp" web/fonts.h
        nats_blotter::web FontBytes "cell_font=${NB_FONTS_FOLDER}/cell.ttf"
        "text_face_hash#${NB_FONTS_FOLDER}/text.ttf" "latin_face_hash#${NB_FONTS_FOLDER}/latin.ttf"
        "symbol_face_hash#${NB_FONTS_FOLDER}/symbol.ttf"
    DEPENDS "${NB_FONTS_SCRIPT}" "${NB_FONTS_FOLDER}/text.ttf" "${NB_FONTS_FOLDER}/cell.ttf"
            "${NB_FONTS_FOLDER}/latin.ttf" "${NB_FONTS_FOLDER}/symbol.ttf"
    VERBATIM)
add_library(nb_fonts STATIC "${NB_FONTS_FOLDER}/fonts.cpp")
target_include_directories(nb_fonts PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(nb_fonts PRIVATE nb_compile_options)
