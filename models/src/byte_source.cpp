#include "tillcue/models/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace tillcue::models {
namespace {

class PlainFile final : public ByteSource {
 public:
  PlainFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PlainFile(PlainFile const&) = delete;
  PlainFile& operator=(PlainFile const&) = delete;
  ~PlainFile() override {
    if (mapped_.data() != nullptr) ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
    ::close(descriptor_);
  }

  /// Maps a regular file; what cannot be mapped (a pipe, a file system without) is read instead.
  void map() {
    struct stat found {};
    if (::fstat(descriptor_, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size <= 0) return;
    auto const size = static_cast<std::size_t>(found.st_size);
    auto* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (bytes == MAP_FAILED) return;
    (void)::madvise(bytes, size, MADV_SEQUENTIAL);
    mapped_ = {static_cast<char const*>(bytes), size};
  }
  [[nodiscard]] std::string_view whole() const noexcept override { return mapped_; }

  Result<std::string_view> part(std::size_t begin, std::size_t end, std::vector<char>& buffer) const override {
    buffer.resize(std::max(buffer.size(), end - begin));
    for (auto at = begin; at < end;) {
      auto const got = ::pread(descriptor_, buffer.data() + (at - begin), end - at, static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(Code::io, path_ + ": cannot read: " + std::strerror(errno));
      if (got == 0)
        return fail(Code::io, path_ + ": became shorter while it was read; run this again when it is whole");
      at += static_cast<std::size_t>(got);
    }
    return std::string_view(buffer.data(), end - begin);
  }

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
  std::string_view mapped_;
};

/// Members one after the other and nothing else: zlib's own gzread() drops whatever follows a member and is none.
/// Source  RFC 1952.
class GzipFile final : public ByteSource {
 public:
  GzipFile(int descriptor, std::string path) : file_(descriptor, path), path_(std::move(path)), packed_(kPacked) {}
  GzipFile(GzipFile const&) = delete;
  GzipFile& operator=(GzipFile const&) = delete;
  ~GzipFile() override { inflateEnd(&stream_); }

  Result<void> start() {
    constexpr int kGzipOnly = 15 + 16;
    if (inflateInit2(&stream_, kGzipOnly) == Z_OK) return {};
    return fail(Code::io, path_ + ": cannot open as gzip: out of memory");
  }

  Result<std::size_t> read(std::span<char> out) override {
    auto const want = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30U));
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = want;
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        auto const more = fill();
        if (!more) return tl::unexpected(more.error());
        if (!*more) {
          if (inside_) return damaged("unexpected end of file");
          break;
        }
      }
      inside_ = true;
      auto const status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        inside_ = false;
        inflateReset(&stream_);
      } else if (status != Z_OK) {
        return damaged(stream_.msg != nullptr ? stream_.msg : zError(status));
      }
    }
    return want - stream_.avail_out;
  }

 private:
  static constexpr std::size_t kPacked = 1U << 17U;

  /// Packed bytes; false at the end of the file.
  Result<bool> fill() {
    auto const got = file_.read(packed_);
    if (!got) return tl::unexpected(got.error());
    if (!begun_) {
      begun_ = true;
      if (*got == 0) return fail(Code::corrupt, path_ + ": is empty, which no gzip file is; fetch the file again");
      if (packed_[0] != '\x1F' || (*got > 1 && packed_[1] != '\x8B')) {
        return fail(Code::corrupt, path_ + ": is named .gz but is not gzip; rename it or pack it with gzip");
      }
    }
    stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    return *got > 0;
  }

  [[nodiscard]] tl::unexpected<Error> damaged(char const* words) const {
    return fail(Code::corrupt, path_ + ": damaged or cut short gzip (" + words + "); fetch the file again");
  }

  PlainFile file_;
  std::string path_;
  std::vector<char> packed_;
  z_stream stream_{};
  bool begun_ = false;
  bool inside_ = false;  ///< a member
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
  [[nodiscard]] std::string_view whole() const noexcept override {
    return step_ == 0 ? std::string_view(bytes_) : std::string_view{};
  }

 private:
  std::string bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

/// What the first bytes say of a file that is no text; empty for what may be one.
std::string other_kind(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x1F\x8B"sv)) return ": is gzip-compressed; name it with .gz at the end";
  if (bytes.starts_with("PK\x03\x04"sv)) return ": is a zip archive or a spreadsheet (.xlsx, .ods); save it as CSV";
  if (bytes.starts_with("\xD0\xCF\x11\xE0"sv)) return ": is an old spreadsheet (.xls); save it as CSV";
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv)) return ": is UTF-16; save it as UTF-8";
  return {};
}

}  // namespace

Result<std::string_view> ByteSource::part(std::size_t begin, std::size_t end, std::vector<char>& /*buffer*/) const {
  return whole().substr(begin, end - begin);
}

Result<std::unique_ptr<ByteSource>> open_file(std::string const& path) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? Code::not_found : Code::io,
                path + ": cannot open: " + std::strerror(errno) + "; check the path and its permissions");
  }
  struct stat found {};
  if (::fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode)) {
    ::close(descriptor);
    return fail(Code::invalid, path + ": is a folder; name the files in it");
  }
  if (!std::string_view(path).ends_with(".gz")) {
    auto plain = std::make_unique<PlainFile>(descriptor, path);
    plain->map();
    if (auto const other = other_kind(plain->whole()); !other.empty()) return fail(Code::invalid, path + other);
    return plain;
  }
  auto file = std::make_unique<GzipFile>(descriptor, path);
  if (auto const started = file->start(); !started) return tl::unexpected(started.error());
  return file;
}

std::unique_ptr<ByteSource> from_memory(std::string bytes, std::size_t step) {
  return std::make_unique<Memory>(std::move(bytes), step);
}

}  // namespace tillcue::models
