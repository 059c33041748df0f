#include "tillcue/models/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

namespace tillcue::models {
namespace {

class PlainFile final : public ByteSource {
 public:
  PlainFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PlainFile(PlainFile const&) = delete;
  PlainFile& operator=(PlainFile const&) = delete;
  ~PlainFile() override { ::close(descriptor_); }

  Result<std::size_t> read(std::span<char> out) override {
    ssize_t got = -1;
    do {
      got = ::read(descriptor_, out.data(), out.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail(Code::io, path_ + ": cannot read: " + std::strerror(errno));
    return static_cast<std::size_t>(got);
  }

 private:
  int descriptor_;
  std::string path_;
};

class GzipFile final : public ByteSource {
 public:
  GzipFile(gzFile file, std::string path) : file_(file), path_(std::move(path)) {}
  GzipFile(GzipFile const&) = delete;
  GzipFile& operator=(GzipFile const&) = delete;
  ~GzipFile() override { gzclose_r(file_); }

  Result<std::size_t> read(std::span<char> out) override {
    auto const want = static_cast<unsigned>(std::min<std::size_t>(out.size(), 1U << 30U));
    int const got = gzread(file_, out.data(), want);
    if (gzdirect(file_) != 0 && got > 0) {
      return fail(Code::corrupt, path_ + ": is named .gz but is not gzip; rename it or pack it with gzip");
    }
    // A cut stream ends quietly in gzread; only gzerror tells it from a complete one.
    int status = Z_OK;
    char const* const words = gzerror(file_, &status);
    if (got < 0 || status < 0) {
      return fail(Code::corrupt, path_ + ": damaged or cut short gzip (" + words + "); fetch the file again");
    }
    return static_cast<std::size_t>(got);
  }

 private:
  gzFile file_;
  std::string path_;
};

class Memory final : public ByteSource {
 public:
  Memory(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}

  Result<std::size_t> read(std::span<char> out) override {
    std::size_t take = std::min(out.size(), bytes_.size() - at_);
    if (step_ > 0) take = std::min(take, step_);
    std::copy_n(bytes_.data() + at_, take, out.data());
    at_ += take;
    return take;
  }

 private:
  std::string bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(std::string const& path) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? Code::not_found : Code::io,
                path + ": cannot open: " + std::strerror(errno) + "; check the path and its permissions");
  }
  if (!std::string_view(path).ends_with(".gz")) return std::make_unique<PlainFile>(descriptor, path);
  gzFile const file = gzdopen(descriptor, "rb");
  if (file == nullptr) {
    ::close(descriptor);
    return fail(Code::io, path + ": cannot open as gzip: out of memory");
  }
  gzbuffer(file, 1U << 17U);
  return std::make_unique<GzipFile>(file, path);
}

std::unique_ptr<ByteSource> from_memory(std::string bytes, std::size_t step) {
  return std::make_unique<Memory>(std::move(bytes), step);
}

}  // namespace tillcue::models
