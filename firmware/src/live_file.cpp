#include "live_file.hpp"

#include <sys/stat.h>

#include "tillcue/core/whole_file.hpp"
#include "tillcue/firmware/live_state.hpp"

namespace tillcue::terminal {

Result<std::optional<std::string>> LiveFile::changed() {
  struct stat found {};
  if (::stat(file_.c_str(), &found) != 0) {
    seen_ = {};
    return std::optional<std::string>{};
  }
  Stamp const now{found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size, found.st_ino};
  if (now == seen_) return std::optional<std::string>{};
  seen_ = now;
  if (now.size > static_cast<std::int64_t>(LiveState::kMaxBytes)) {
    return fail(Code::invalid,
                file_.string() + ": larger than " + std::to_string(LiveState::kMaxBytes) + " bytes; shorten it");
  }
  auto text = read_regular_file(file_, LiveState::kMaxBytes);
  if (!text) return tl::unexpected(text.error());
  return std::optional(std::move(*text));
}

}  // namespace tillcue::terminal
