#include "tillcue/models/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tillcue/core/descriptor.hpp"

namespace tillcue::models {
namespace {

/// What helps against an error of the system; empty when that is unknown.
char const* mend_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "; make room or write elsewhere";
    case ENOENT:
    case ENOTDIR:
      return "; make its folder first";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; choose a place this user may write to";
    default:
      return "";
  }
}

tl::unexpected<Error> failed(std::string const& path, char const* what) {
  auto const error = errno;
  return fail(Code::io, path + ": cannot " + what + ": " + std::strerror(error) + mend_of(error));
}

bool write_all(int descriptor, std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::filesystem::path directory_of(std::string const& path) {
  auto const directory = std::filesystem::path(path).parent_path();
  return directory.empty() ? "." : directory;
}

/// Makes the rename itself survive a power cut.
void sync_directory(std::string const& path) {
  auto const directory = directory_of(path);
  Descriptor const opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) (void)::fsync(opened.get());
}

bool is_folder(std::string const& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

/// True for what a rename would put a plain file in the place of: a device, a pipe.
bool is_special(std::string const& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

using Produce = std::function<Result<void>(Put const&)>;

Result<void> put_all(int descriptor, std::string const& path, Produce const& produce) {
  return produce([&](std::string_view bytes) -> Result<void> {
    if (write_all(descriptor, std::as_bytes(std::span(bytes.data(), bytes.size())))) return {};
    return failed(path, "write");
  });
}

Result<void> write_into(std::string const& path, Produce const& produce) {
  Descriptor const file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return failed(path, "open");
  if (auto const put = put_all(file.get(), path, produce); !put) return put;
  // Pipes and most devices hold nothing that could be forced out.
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) return failed(path, "write");
  return {};
}

/// Where the links at `path` end, whether or not something is there.
Result<std::string> followed(std::string const& path) {
  constexpr int kMostLinks = 40;
  std::filesystem::path target = path;
  for (int n = 0; n < kMostLinks; ++n) {
    std::error_code none;
    auto const next = std::filesystem::read_symlink(target, none);
    if (none) return target.string();
    target = target.parent_path() / next;
  }
  errno = ELOOP;
  return failed(path, "create");
}

Result<void> replace(std::string const& path, Produce const& produce) {
  auto const beside = path + ".tmp" + std::to_string(::getpid());
  Descriptor const file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return failed(path, "create");
  auto put = put_all(file.get(), path, produce);
  if (put && ::fsync(file.get()) != 0) put = failed(path, "write");
  if (!put) {
    ::unlink(beside.c_str());
    return put;
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) {
    auto const error = failed(path, "replace");
    ::unlink(beside.c_str());
    return error;
  }
  sync_directory(path);
  return {};
}

/// What write_file puts bytes into: `file`, whole and new, or what is there already when it is `special`.
struct Place {
  std::string file;
  bool special;
};

Result<Place> place_at(std::string const& path) {
  if (is_folder(path)) return fail(Code::io, path + ": is a folder; name the file to write in it");
  if (is_special(path)) {
    if (::access(path.c_str(), W_OK) != 0) return failed(path, "open");
    return Place{path, true};
  }
  auto target = followed(path);
  if (!target) return tl::unexpected(target.error());
  if (::access(directory_of(*target).c_str(), W_OK | X_OK) != 0) return failed(path, "create");
  return Place{std::move(*target), false};
}

}  // namespace

Result<void> can_write(std::string const& path) {
  auto const place = place_at(path);
  return place ? Result<void>{} : tl::unexpected(place.error());
}

Result<void> can_write(std::string const& path, std::span<std::string const> inputs) {
  struct stat there {};
  bool const file = ::stat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode);
  for (auto const& input : inputs) {
    struct stat given {};
    bool const same =
        file && ::stat(input.c_str(), &given) == 0 && given.st_dev == there.st_dev && given.st_ino == there.st_ino;
    if (!same) continue;
    return fail(Code::invalid, path + ": is also an input" + (input == path ? "" : " (" + input + ")") +
                                   ", which would be lost; write to another file");
  }
  return can_write(path);
}

Result<void> can_write(std::string const& path, std::span<std::string const> inputs, FileKind const& kind) {
  if (auto const possible = can_write(path, inputs); !possible || is_special(path)) return possible;
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return {};  // not there, or its owner lets nobody read what is ours to replace
  std::string first(kind.begins.size(), '\0');
  auto const got = ::read(file.get(), first.data(), first.size());
  if (got <= 0 || first == kind.begins) return {};
  return fail(Code::invalid, path + ": is there already and is no " + std::string(kind.name) +
                                 "; write to another file, or move this one away");
}

Result<void> write_file(std::string const& path, std::function<Result<void>(Put const&)> const& produce) {
  auto const place = place_at(path);
  if (!place) return tl::unexpected(place.error());
  return place->special ? write_into(place->file, produce) : replace(place->file, produce);
}

Result<void> write_file(std::string const& path, std::span<std::byte const> bytes) {
  return write_file(path, [&](Put const& put) {
    return put({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
  });
}

Result<void> write_file(std::string const& path, std::string_view bytes) {
  return write_file(path, std::as_bytes(std::span(bytes.data(), bytes.size())));
}

}  // namespace tillcue::models
