// The C library's calls that change a disk, in front of the library's own: this program and the SQLite it loads find
// these first. Outside a watched folder they do what they always do, but for fsync.

#include "sync/faults/watched_calls.hpp"

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillcue::test {
namespace {

using Kind = PowerCutDisk::Kind;

template <class Function>
Function* real(char const* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Its name inside the watched folder; empty: not there.
std::string watched_name(int fd) {
  auto const* disk = watched_disk();
  if (disk == nullptr) return {};
  char target[PATH_MAX];
  auto const length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target);
  return length <= 0 ? std::string() : disk->inside({target, static_cast<std::size_t>(length)});
}

std::string watched_name(char const* path) {
  auto const* disk = watched_disk();
  return disk == nullptr ? std::string() : disk->inside(path);
}

int refuse(int error) {
  errno = error;
  return -1;
}

int watched_open(char const* path, int flags, mode_t mode) {
  static auto* const next = real<int(char const*, int, ...)>("open64");
  auto const name = (flags & O_CREAT) != 0 ? watched_name(path) : std::string();
  struct stat there {};
  bool const made = !name.empty() && ::lstat(path, &there) != 0;
  bool half = false;
  if (made) {
    if (int const error = watched_disk()->allow(Kind::create, half); error != 0) return refuse(error);
    watched_disk()->note({Kind::create, name});
  }
  return next(path, flags, mode);
}

ssize_t watched_write(int fd, void const* data, std::size_t size, off_t offset) {
  static auto* const next = real<ssize_t(int, void const*, std::size_t, off_t)>("pwrite64");
  auto const name = watched_name(fd);
  if (name.empty()) return next(fd, data, size, offset);
  bool half = false;
  int const error = watched_disk()->allow(Kind::write, half);
  if (half) size = size / 2;
  if (error != 0 && (!half || size == 0)) return refuse(error);
  auto const done = next(fd, data, size, offset);
  if (done > 0) {
    watched_disk()->note({Kind::write,
                          name,
                          {},
                          static_cast<std::uint64_t>(offset),
                          std::string(static_cast<char const*>(data), static_cast<std::size_t>(done))});
  }
  return done;
}

int watched_truncate(int fd, off_t size) {
  static auto* const next = real<int(int, off_t)>("ftruncate64");
  auto const name = watched_name(fd);
  if (name.empty()) return next(fd, size);
  bool half = false;
  if (int const error = watched_disk()->allow(Kind::truncate, half); error != 0) return refuse(error);
  watched_disk()->note({Kind::truncate, name, {}, static_cast<std::uint64_t>(size)});
  return next(fd, size);
}

/// No power fails in earnest while this program runs: nothing is synced outside the watched folder either.
int watched_sync(int fd) {
  auto const name = watched_name(fd);
  if (name.empty()) return 0;
  struct stat there {};
  bool const folder = ::fstat(fd, &there) == 0 && S_ISDIR(there.st_mode);
  auto const kind = folder ? Kind::sync_folder : Kind::sync;
  bool half = false;
  if (int const error = watched_disk()->allow(kind, half); error != 0) return refuse(error);
  watched_disk()->note({kind, name});
  return 0;
}

int watched_removal(char const* path, char const* call) {
  auto const name = watched_name(path);
  auto* const next = real<int(char const*)>(call);
  struct stat there {};
  if (name.empty() || ::lstat(path, &there) != 0 || !S_ISREG(there.st_mode)) return next(path);
  bool half = false;
  if (int const error = watched_disk()->allow(Kind::unlink, half); error != 0) return refuse(error);
  watched_disk()->note({Kind::unlink, name});
  return next(path);
}

mode_t mode_of(int flags, std::va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

}  // namespace
}  // namespace tillcue::test

extern "C" {

int open(char const* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  auto const mode = tillcue::test::mode_of(flags, arguments);
  va_end(arguments);
  return tillcue::test::watched_open(path, flags, mode);
}

ssize_t pwrite(int fd, void const* data, std::size_t size, off_t offset) {
  return tillcue::test::watched_write(fd, data, size, offset);
}

int ftruncate(int fd, off_t size) noexcept { return tillcue::test::watched_truncate(fd, size); }

// Where an off_t of 64 bits is asked for, the three above are these already: the C library's headers name them so.
#ifndef __USE_FILE_OFFSET64
int open64(char const* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  auto const mode = tillcue::test::mode_of(flags, arguments);
  va_end(arguments);
  return tillcue::test::watched_open(path, flags, mode);
}

ssize_t pwrite64(int fd, void const* data, std::size_t size, off64_t offset) {
  return tillcue::test::watched_write(fd, data, size, offset);
}

int ftruncate64(int fd, off64_t size) noexcept { return tillcue::test::watched_truncate(fd, size); }
#endif

int fsync(int fd) { return tillcue::test::watched_sync(fd); }
int fdatasync(int fd) { return tillcue::test::watched_sync(fd); }
int unlink(char const* path) noexcept { return tillcue::test::watched_removal(path, "unlink"); }
int remove(char const* path) noexcept { return tillcue::test::watched_removal(path, "remove"); }

int rename(char const* from, char const* to) noexcept {
  auto* const next = tillcue::test::real<int(char const*, char const*)>("rename");
  auto const name = tillcue::test::watched_name(from);
  auto const target = tillcue::test::watched_name(to);
  if (name.empty() || target.empty()) return next(from, to);
  bool half = false;
  auto* const disk = tillcue::test::watched_disk();
  if (int const error = disk->allow(tillcue::test::Kind::rename, half); error != 0) return tillcue::test::refuse(error);
  disk->note({tillcue::test::Kind::rename, name, target});
  return next(from, to);
}

}  // extern "C"
