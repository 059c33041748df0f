#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "tillcue/core/result.hpp"

/// PEM files as OpenSSL wants them: a FILE to read or to write.
namespace tillcue::sync::pem {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Errors  not_found, io.
inline Result<File> open(std::filesystem::path const& file) {
  File in(std::fopen(file.c_str(), "rbe"));
  if (!in) return fail(errno == ENOENT ? Code::not_found : Code::io, file.string() + ": " + std::strerror(errno));
  return in;
}

/// Creates the file, never overwriting; `write` puts the PEM into it and returns 1.  Errors  rejected (exists), io.
template <class Write>
Result<void> create(std::filesystem::path const& file, int mode, Write write) {
  int const fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    if (errno == EEXIST) return fail(Code::rejected, file.string() + ": exists already and is not overwritten");
    return fail(Code::io, file.string() + ": " + std::strerror(errno));
  }
  File out(::fdopen(fd, "wb"));
  bool const good = out && write(out.get()) == 1 && std::fflush(out.get()) == 0 && ::fsync(fd) == 0;
  if (!good) return fail(Code::io, file.string() + ": cannot be written");
  return {};
}

/// Whether a key that is nobody else's stands in the file, protected by a password or not.
bool holds_private_key(std::FILE* in);

/// OpenSSL's question for a password: there is none.
inline int no_password(char*, int, int, void*) { return -1; }

}  // namespace tillcue::sync::pem
