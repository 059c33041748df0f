#include "tillcue/models/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillcue::models {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

tl::unexpected<Error> failed(std::string const& path, char const* what) {
  auto const reason = std::string(std::strerror(errno));
  return fail(Code::io, path + ": cannot " + what + ": " + reason);
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

/// Makes the rename itself survive a power cut.
void sync_directory(std::string const& path) {
  auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  Descriptor const opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) (void)::fsync(opened.get());
}

/// True for what a rename would put a plain file in the place of: a device, a pipe, a folder.
bool is_special(std::string const& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
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

}  // namespace

Result<void> write_file(std::string const& path, std::span<std::byte const> bytes) {
  auto file = FileReplacement::open(path);
  if (!file) return tl::unexpected(file.error());
  if (auto const written = file->write({reinterpret_cast<char const*>(bytes.data()), bytes.size()}); !written) {
    return written;
  }
  return file->finish();
}

Result<void> write_file(std::string const& path, std::string_view bytes) {
  return write_file(path, std::as_bytes(std::span(bytes.data(), bytes.size())));
}

FileReplacement::FileReplacement(std::string target, std::string beside, int file)
    : target_(std::move(target)), beside_(std::move(beside)), file_(file) {}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : target_(std::move(other.target_)),
      beside_(std::exchange(other.beside_, {})),
      file_(std::exchange(other.file_, -1)) {}

FileReplacement::~FileReplacement() {
  if (file_ >= 0) ::close(file_);
  if (file_ >= 0 && !beside_.empty()) ::unlink(beside_.c_str());
}

Result<FileReplacement> FileReplacement::open(std::string const& path) {
  if (is_special(path)) {
    int const file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) return failed(path, "open");
    return FileReplacement(path, {}, file);
  }
  auto const target = followed(path);
  if (!target) return tl::unexpected(target.error());
  auto const beside = *target + ".tmp" + std::to_string(::getpid());
  int const file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return failed(*target, "create");
  return FileReplacement(*target, beside, file);
}

Result<void> FileReplacement::write(std::string_view bytes) {
  if (write_all(file_, std::as_bytes(std::span(bytes.data(), bytes.size())))) return {};
  return failed(target_, "write");
}

Result<void> FileReplacement::finish() {
  bool const into = beside_.empty();
  if (::fsync(file_) != 0) {
    // Pipes and most devices hold nothing that could be forced out.
    bool const nothing_to_force = into && (errno == EINVAL || errno == ENOTSUP || errno == EROFS);
    if (!nothing_to_force) return failed(target_, "write");
  }
  if (into) return {};
  if (std::rename(beside_.c_str(), target_.c_str()) != 0) return failed(target_, "replace");
  ::close(std::exchange(file_, -1));
  sync_directory(target_);
  return {};
}

Result<std::string> read_file(std::string const& path, std::size_t most) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return fail(errno == ENOENT ? Code::not_found : Code::io,
                path + ": cannot open: " + std::strerror(errno) + "; check the path");
  }
  std::string text;
  char piece[65536];
  for (;;) {
    auto const got = ::read(file.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "read");
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > most) {
      return fail(Code::invalid, path + ": is larger than " + std::to_string(most) + " bytes; is this the right file?");
    }
  }
}

}  // namespace tillcue::models
