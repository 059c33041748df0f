#include "page_options.hpp"

#include "tillcue/core/whole_file.hpp"
#include "tillcue/pos/screen_theme.hpp"

namespace tillcue::terminal {
namespace {

constexpr std::size_t kMostTheme = 1024 * 1024;

}  // namespace

Result<std::string> page_theme(Config const& config) {
  if (!config.page.theme) return pos::theme_css();
  auto const text = read_regular_file(*config.page.theme, kMostTheme);
  return text ? pos::theme_css(*text, config.page.theme->string()) : tl::unexpected(text.error());
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
