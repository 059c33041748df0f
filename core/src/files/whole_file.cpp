#include "tillcue/core/whole_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tillcue/core/descriptor.hpp"

namespace tillcue {
namespace {

char const* mend_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "; check the path";
    case EACCES:
    case EPERM:
      return "; give this user the right to read it";
    default:
      return "";
  }
}

tl::unexpected<Error> failed(std::filesystem::path const& file) {
  auto const error = errno;
  return fail(error == ENOENT ? Code::not_found : Code::io,
              file.string() + ": cannot be read: " + std::strerror(error) + mend_of(error));
}

tl::unexpected<Error> too_large(std::filesystem::path const& file, std::size_t most) {
  return fail(Code::invalid,
              file.string() + ": is larger than " + std::to_string(most) + " bytes; is this the right file?");
}

Result<std::string> whole(std::filesystem::path const& file, std::size_t most, bool regular_only) {
  // Without a writer a pipe would keep whoever opens it waiting.
  Descriptor const opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (regular_only ? O_NONBLOCK : 0)));
  if (opened.get() < 0) return failed(file);
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0) return failed(file);
  if (S_ISDIR(found.st_mode)) {
    return fail(Code::invalid, file.string() + ": is a folder; name a file, or move it away");
  }
  if (regular_only && !S_ISREG(found.st_mode)) {
    return fail(Code::invalid, file.string() + ": is a device or a pipe, not a file; name a file, or move it away");
  }
  std::string text;
  char piece[16384];
  for (;;) {
    auto const got = ::read(opened.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(file);
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > most) return too_large(file, most);
  }
}

}  // namespace

Result<std::string> read_file(std::filesystem::path const& file, std::size_t most) { return whole(file, most, false); }

Result<std::string> read_regular_file(std::filesystem::path const& file, std::size_t most) {
  return whole(file, most, true);
}

}  // namespace tillcue
