// web/figures_dom.cpp - see web/figures_dom.h.
#include "web/figures_dom.h"

#include <emscripten.h>

#include "web/fonts.h"

// clang-format off
EM_JS(void, nb_js_figures_create, (const void* font, int font_bytes), {
    const line = Module.figures = document.createElement('div');
    line.className = 'figures';
    line.setAttribute('aria-hidden', 'true'); // the status line speaks
    Module.canvas.after(line);
    // Faces belong to documents, not to shadow roots. Without it the system's will do.
    const face = new FontFace('nats-blotter-cells', HEAPU8.slice(font, font + font_bytes));
    document.fonts.add(face);
    face.load().catch(() => {});
    Module.figuresDestroy = () => { line.remove(); document.fonts.delete(face); };
});
EM_JS(void, nb_js_figures_destroy, (), { Module.figuresDestroy(); });
EM_JS(void, nb_js_figures_place,
      (double left, double top, double width, double height, int red, int green, int blue), {
    const style = Module.figures.style;
    style.left = left + 'px';
    style.top = top + 'px';
    style.width = width + 'px';
    style.lineHeight = height + 'px';
    style.color = `rgb(${red},${green},${blue})`;
});
EM_JS(void, nb_js_figures_shown, (int shown), { Module.figures.hidden = shown === 0; });
EM_JS(void, nb_js_figures_text, (const char* text, int bytes), {
    Module.figures.textContent = UTF8ToString(text, bytes);
});
// clang-format on

namespace nats_blotter::web {

void FiguresDom::create() {
    const FontBytes font = cell_font();
    nb_js_figures_create(font.data, static_cast<int>(font.size));
}

void FiguresDom::destroy() { nb_js_figures_destroy(); }

void FiguresDom::place(const Area& area, float density, ImU32 colour, bool shown) {
    if (area.x != area_.x || area.y != area_.y || area.width != area_.width ||
        area.height != area_.height || density != density_ || colour != colour_) {
        area_ = area;
        density_ = density;
        colour_ = colour;
        nb_js_figures_place(double(area.x / density), double(area.y / density),
                            double(area.width / density), double(area.height / density),
                            static_cast<int>((colour >> IM_COL32_R_SHIFT) & 255),
                            static_cast<int>((colour >> IM_COL32_G_SHIFT) & 255),
                            static_cast<int>((colour >> IM_COL32_B_SHIFT) & 255));
    }
    if (shown != shown_) {
        shown_ = shown;
        nb_js_figures_shown(shown ? 1 : 0);
    }
}

void FiguresDom::show(std::string_view text) {
    if (text == text_) return;
    text_ = text;
    nb_js_figures_text(text.data(), static_cast<int>(text.size()));
}

}  // namespace nats_blotter::web
