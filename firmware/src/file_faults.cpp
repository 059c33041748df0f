#include "file_faults.hpp"

#include <cerrno>
#include <cstring>
#include <functional>

#include <fcntl.h>
#include <unistd.h>

#include "counter_desk.hpp"
#include "line_faults.hpp"
#include "link_parts.hpp"
#include "live_file.hpp"
#include "loaded_bundle.hpp"
#include "page_options.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/firmware/live_state.hpp"
#include "tillcue/firmware/secret.hpp"
#include "tillcue/pos/alias_book.hpp"

namespace tillcue::terminal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRead = 64U << 20U;

/// Of the folder, of what is in it, and while it is not there yet of the folder it would be made in. Empty: none.
std::string data_fault(fs::path const& folder) {
  std::error_code unknown;
  auto place = folder;
  while (!fs::exists(place, unknown) && place.has_relative_path()) place = place.parent_path();
  if (!fs::is_directory(place, unknown)) return place.string() + ": is no folder; name another, or move that away";
  for (auto const* part : {"", "lock", "live.sqlite", "outbox.sqlite", "bundles", "bundles/store.sqlite"}) {
    auto const file = *part == '\0' ? place : folder / part;
    if (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) == 0 || errno == ENOENT) continue;
    auto const why = file.string() + ": cannot be written: " + std::strerror(errno);
    return why + (errno == EACCES ? "; give it to the daemon's user (chown -R), and look as that user"
                                  : "; mount it for writing, or name another folder");
  }
  return {};
}

/// Of what it reads there by name and never writes in place: a file whose owner changed would begin anew.
void add_unread(Config const& config, std::function<void(char const*, std::string const&)> const& add) {
  std::vector<char const*> parts = {"aliases.csv"};
  if (config.proxy && config.proxy->learn_layout) parts.push_back("layout.json");
  if (config.printer || config.proxy) parts.push_back("paper.json");
  for (auto const* part : parts) {
    auto const read = read_regular_file(config.data_dir / part, kMostRead);
    if (!read && read.error().code != Code::not_found) add("data_dir: ", read.error().what);
  }
  auto const own = config.secret ? Result<Secret>(tl::unexpected(Error{Code::not_found, {}}))
                                 : Secret::load(config.data_dir / "secret");
  if (!own && own.error().code != Code::not_found) {
    add("data_dir: ", own.error().what + "; until then serials and pseudonyms are made anew at each start");
  }
}

/// A file of head office's that is not there yet is none.
std::string live_fault(fs::path const& file) {
  auto const text = read_regular_file(file, LiveState::kMaxBytes);
  if (!text) return text.error().code == Code::not_found ? std::string() : text.error().what;
  auto const state = parse_live_state(*text, file.string());
  return state ? std::string() : state.error().what;
}

std::string names_fault(fs::path const& file, Currency currency) {
  if (::access(file.c_str(), R_OK) != 0) return file.string() + ": cannot be read: " + std::strerror(errno);
  LiveFile once(file);
  auto const text = once.changed();
  if (!text) return text.error().what;
  pos::AliasBook book(currency);
  auto const read = book.read(text->value_or(""), file.string(), pos::AliasOrigin::head_office);
  return read ? std::string() : read.error().what;
}

Result<void> bundle_fault(Config const& config) {
  auto const bundle = load_bundle(*config.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  return fits_store(**bundle, config.store);
}

}  // namespace

std::vector<std::string> file_faults(Config const& config, Timestamp now) {
  std::vector<std::string> faults;
  auto const add = [&](char const* setting, std::string const& what) {
    if (!what.empty()) faults.push_back(setting + what);
  };
  auto const why = [](auto const& result) { return result ? std::string() : result.error().what; };
  add("data_dir: ", data_fault(config.data_dir));
  add_unread(config, add);
  add("live: ", live_fault(config.live.empty() ? config.data_dir / "live.json" : config.live));
  if (config.sync) {
    for (auto& fault : link_faults(config, now)) faults.push_back(std::move(fault));
  }
  if (config.secret) add("secret: ", why(Secret::load(*config.secret)));
  add("", why(CounterDesk::check(config)));
  for (auto& fault : look_at_lines(config).faults) faults.push_back(std::move(fault));
  add("screen.theme: ", why(page_theme(config)));
  if (config.aliases) add("names.aliases: ", names_fault(*config.aliases, config.store.currency));
  if (config.bundle) add("bundle: ", why(bundle_fault(config)));
  return faults;
}

}  // namespace tillcue::terminal
