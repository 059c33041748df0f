#include "disk.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tillcue/core/descriptor.hpp"
#include "tillcue/sync/bundle_store.hpp"

namespace tillcue::sync {
namespace {

tl::unexpected<Error> system_fail(std::filesystem::path const& file, std::string_view doing) {
  int const error = errno;
  auto const code = error == ENOENT ? Code::not_found : (error == ENOSPC || error == EDQUOT ? Code::busy : Code::io);
  auto text = file.string() + ": " + std::string(doing) + ": " + std::strerror(error);
  if (code == Code::busy) text += " (disk full: free space)";
  return fail(code, std::move(text));
}

}  // namespace

Result<void> write_at(std::filesystem::path const& file, std::size_t offset, std::string_view bytes) {
  Descriptor const out(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (out.get() < 0) return system_fail(file, "open");
  while (!bytes.empty()) {
    auto const written = ::pwrite(out.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_fail(file, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return {};
}

Result<void> make_durable(std::filesystem::path const& path) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_fail(path, "open");
  if (::fsync(file.get()) != 0) return system_fail(path, "fsync");
  return {};
}

Result<void> rename_file(std::filesystem::path const& from, std::filesystem::path const& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_fail(from, "rename");
  return {};
}

Result<MappedFile> MappedFile::open(std::filesystem::path const& file) {
  Descriptor const in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return system_fail(file, "open");
  struct stat status {};
  if (::fstat(in.get(), &status) != 0) return system_fail(file, "stat");
  if (status.st_size <= 0 || !S_ISREG(status.st_mode)) return fail(Code::invalid, file.string() + ": empty or no file");
  auto const size = static_cast<std::size_t>(status.st_size);
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, in.get(), 0);
  if (data == MAP_FAILED) return system_fail(file, "mmap");
  return MappedFile(static_cast<std::byte const*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace tillcue::sync
