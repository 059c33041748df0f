#include "counts_stream.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace tillcue::models {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;

tl::unexpected<Error> failed(std::string const& folder, char const* what) {
  auto const reason = std::string(std::strerror(errno));
  return fail(Code::io,
              folder + ": cannot " + what + " a temporary file: " + reason + "; give another folder with --tmp");
}

}  // namespace

CountsWriter::CountsWriter(Counts const& items, Put put) : put_(std::move(put)) { put_counts_head(buffer_, items); }

Result<void> CountsWriter::flush(std::size_t least) {
  if (buffer_.size() < least) return {};
  checksum_ = add_checksum(checksum_, buffer_);
  auto const written = put_(buffer_);
  buffer_.clear();
  return written;
}

Result<void> CountsWriter::row(std::uint32_t item, std::span<std::uint32_t const> partner,
                               std::span<std::uint32_t const> together) {
  put_counts_row(buffer_, item, partner, together);
  pairs_ += partner.size();
  return flush(kBuffer);
}

Result<void> CountsWriter::finish() {
  if (auto const flushed = flush(0); !flushed) return flushed;
  put_counts_tail(buffer_, checksum_);
  return put_(buffer_);
}

Result<std::unique_ptr<SpilledRows>> SpilledRows::create(std::string const& folder) {
  auto name = (folder.empty() ? std::string(".") : folder) + "/tillcue-rows-XXXXXX";
  int const descriptor = ::mkstemp(name.data());
  if (descriptor < 0) return failed(folder, "make");
  ::unlink(name.c_str());
  std::FILE* const file = ::fdopen(descriptor, "w+b");
  if (file == nullptr) {
    ::close(descriptor);
    return failed(folder, "open");
  }
  std::setvbuf(file, nullptr, _IOFBF, kBuffer);
  return std::unique_ptr<SpilledRows>(new SpilledRows(file, folder));
}

SpilledRows::~SpilledRows() { std::fclose(file_); }

bool SpilledRows::write(std::span<std::uint32_t const> numbers) {
  return std::fwrite(numbers.data(), sizeof numbers[0], numbers.size(), file_) == numbers.size();
}

bool SpilledRows::read(std::span<std::uint32_t> numbers) {
  return std::fread(numbers.data(), sizeof numbers[0], numbers.size(), file_) == numbers.size();
}

Result<void> SpilledRows::row(std::uint32_t item, std::span<std::uint32_t const> partner,
                              std::span<std::uint32_t const> together) {
  if (partner.empty()) return {};
  std::uint32_t const head[] = {item, static_cast<std::uint32_t>(partner.size())};
  if (write(head) && write(partner) && write(together)) return {};
  return failed(folder_, "write");
}

Result<void> SpilledRows::rewind() {
  if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0) return failed(folder_, "write");
  return {};
}

Result<bool> SpilledRows::next() {
  std::uint32_t head[2];
  if (!read(head)) {
    if (std::ferror(file_) != 0) return failed(folder_, "read");
    return false;
  }
  item_ = head[0];
  partner_.resize(head[1]);
  together_.resize(head[1]);
  if (!read(partner_) || !read(together_)) return failed(folder_, "read");
  return true;
}

}  // namespace tillcue::models
