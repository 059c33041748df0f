#include "tillcue/pos/screen_theme.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

using namespace tillcue;
using namespace tillcue::pos;

namespace {

std::string refusal(std::string_view text) {
  auto const css = theme_css(text, "shop.theme");
  return css ? "accepted" : css.error().what;
}
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("without a theme file the built-in palette is served, for both schemes and a fixed one") {
  auto const css = theme_css().value();
  CHECK(css.rfind(":root{color-scheme:light dark;--ground:#f3f5f7;", 0) == 0);
  CHECK(contains(css, "@media (prefers-color-scheme:dark){:root:not([data-theme=\"light\"]){--ground:#0f151b;"));
  CHECK(contains(css, ":root[data-theme=\"dark\"]{color-scheme:dark;--ground:#0f151b;"));
}

TEST_CASE("a theme file sets what it names and leaves the rest") {
  auto const css =
      theme_css(
          "/* our shop */\nlight {\n  --go: #1144aa;\n  --font: \"PT Sans\", sans-serif; }\ndark { --radius: 4px; }")
          .value();
  CHECK(contains(css, "--go:#1144aa;--go-ink:#ffffff;"));
  CHECK(contains(css, "--go:#5fd394;"));
  auto const dark = css.substr(css.rfind(":root[data-theme=\"dark\"]"));
  CHECK(contains(dark, "--font:\"PT Sans\", sans-serif;--radius:4px;"));
  CHECK(contains(css, "--radius:0.5rem;}"));
}

TEST_CASE("a theme file with a fault is refused with file, line and the mend") {
  CHECK(refusal("light { --go: red; }") == "shop.theme:1: --go must be a colour written #rrggbb");
  CHECK(refusal("light {\n\n --goo: #000000; }") ==
        "shop.theme:3: --goo is no variable of the page; SCREEN.md lists them");
  CHECK(refusal(":root { --go: #000000; }") == "shop.theme:1: expected \"light {\" or \"dark {\"");
  CHECK(refusal("light { --go: #000000 }") == "shop.theme:1: expected ; behind the value of --go");
  CHECK(refusal("light { --go #000000; }") == "shop.theme:1: expected : behind --go");
  CHECK(refusal("light { go: #000000; }") == "shop.theme:1: expected a variable such as --go: #0b6b3a; or }");
  CHECK(refusal("dark --go") == "shop.theme:1: expected { behind dark");
  CHECK(refusal("light { /* never closed") == "shop.theme:1: expected a variable such as --go: #0b6b3a; or }");
  CHECK(contains(refusal("light { --radius: calc(1px); }"), "--radius must be a length"));
  CHECK(contains(refusal("light { --font: url(http://x/y); }"), "--font must be font names"));
  CHECK(contains(refusal("light { --font: \"a; }"), "--font must be font names"));
  CHECK(contains(refusal("light { --font: " + std::string(200, 'a') + "; }"), "longer than 160 bytes"));
  CHECK(contains(refusal(std::string(17 * 1024, ' ')), "larger than 16 KiB"));
}

TEST_CASE("a theme nobody could read is refused, with the ratio it has and the one it needs") {
  CHECK(refusal("light { --ink: #999999; }") ==
        "shop.theme: light: --ink on --ground has a contrast of 2.6:1, must be 4.5:1 at least");
  CHECK(refusal("dark { --go: #ffffff; --go-ink: #eeeeee; }") ==
        "shop.theme: dark: --go-ink on --go has a contrast of 1.2:1, must be 4.5:1 at least");
}

TEST_CASE("contrast is what WCAG defines") {
  CHECK(contrast("#000000", "#ffffff") == doctest::Approx(21.0));
  CHECK(contrast("#ffffff", "#000000") == doctest::Approx(21.0));
  CHECK(contrast("#777777", "#FFFFFF") == doctest::Approx(4.478).epsilon(0.001));
  CHECK(contrast("#123456", "#123456") == doctest::Approx(1.0));
}

TEST_CASE("every colour the page uses is in the theme, and the document names every one") {
  auto const read = [](std::string const& path) {
    std::ifstream file(std::string(TILLCUE_SOURCE_DIR) + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  auto const css = read("/pos-adapter/web/cashier.css");
  auto const document = read("/pos-adapter/SCREEN.md");
  auto const built_in = theme_css().value();
  std::size_t uses = 0;
  for (auto at = css.find("var(--"); at != std::string::npos; at = css.find("var(--", at + 1), ++uses) {
    auto const name = css.substr(at + 4, css.find(')', at) - at - 4);
    CHECK_MESSAGE(contains(built_in, name + ":"), name);
  }
  CHECK(uses > 20);
  auto const first = built_in.substr(0, built_in.find('}'));
  for (auto at = first.find("--"); at != std::string::npos; at = first.find("--", at + 2)) {
    auto const name = first.substr(at, first.find(':', at) - at);
    CHECK_MESSAGE(contains(document, "`" + name + "`"), name);
  }
}
