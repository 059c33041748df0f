#include "kept_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace tillcue::terminal {

Result<void> keep_file(std::filesystem::path const& file, std::span<std::byte const> bytes) {
  auto const draft = file.string() + ".new";
  int const fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::io, file.string() + ": cannot be made: " + std::strerror(errno));
  auto const written = ::write(fd, bytes.data(), bytes.size());
  bool const kept = written == static_cast<ssize_t>(bytes.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!kept || ::rename(draft.c_str(), file.c_str()) != 0) {
    auto const why = std::string(std::strerror(errno));
    ::unlink(draft.c_str());
    return fail(Code::io, file.string() + ": cannot be written: " + why);
  }
  int const folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    (void)::fsync(folder);
    ::close(folder);
  }
  return {};
}

}  // namespace tillcue::terminal
