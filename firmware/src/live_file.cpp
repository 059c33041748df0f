#include "live_file.hpp"

#include <fstream>
#include <iterator>

#include <sys/stat.h>

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
  std::ifstream stream(file_, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream.good() && !stream.eof()) return fail(Code::io, file_.string() + ": cannot be read; check its rights");
  return std::optional(std::move(text));
}

}  // namespace tillcue::terminal
