#include "page_options.hpp"

#include <fstream>
#include <sstream>

#include "tillcue/pos/screen_theme.hpp"

namespace tillcue::terminal {

Result<std::string> page_theme(Config const& config) {
  if (!config.page.theme) return pos::theme_css();
  std::ifstream stream(*config.page.theme, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    return fail(Code::io, config.page.theme->string() + ": cannot be read, or is empty");
  }
  return pos::theme_css(text.str(), config.page.theme->string());
}

pos::ScreenOptions page_options(Config const& config, Log const& log) {
  pos::ScreenOptions page;
  page.host = config.screen.host;
  page.port = config.screen.port;
  page.extra_hosts = {config.screen.host};
  page.parents = config.page.parents;
  page.accept_key = config.page.accept_key;
  page.decline_key = config.page.decline_key;
  if (auto theme = page_theme(config)) {
    page.theme = std::move(*theme);
  } else {
    log.error("screen.theme", {{"error", theme.error().what}});
  }
  return page;
}

}  // namespace tillcue::terminal
