#include "replay_bytes.hpp"

namespace tillcue::replay {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr unsigned byte_of(char c) noexcept { return static_cast<unsigned char>(c); }

}  // namespace

void Writer::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
  bytes_ += static_cast<char>(value);
}

void Writer::fixed(std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xFFU);
}

void Writer::text(std::string_view text) {
  number(text.size());
  bytes_ += text;
}

std::uint64_t Reader::number() noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; ok_ && shift < 64; shift += 7) {
    if (rest_.empty()) break;
    auto const next = byte_of(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{next & 0x7FU} << shift;
    if (next < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::uint32_t Reader::fixed() noexcept {
  if (rest_.size() < 4) ok_ = false;
  if (!ok_) return 0;
  std::uint32_t value = 0;
  for (unsigned n = 0; n < 4; ++n) value |= byte_of(rest_[n]) << 8U * n;
  rest_.remove_prefix(4);
  return value;
}

std::string Reader::text() {
  auto const size = number();
  if (size > rest_.size()) ok_ = false;
  if (!ok_) return {};
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

std::uint64_t Reader::count() noexcept {
  auto const count = number();
  if (count > rest_.size()) ok_ = false;
  return ok_ ? count : 0;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    auto const here = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t n = 0; n < 3; ++n) bits = bits << 8U | (n < here.size() ? byte_of(here[n]) : 0U);
    for (std::size_t n = 0; n <= here.size(); ++n) text += kLetters[bits >> (18 - 6 * n) & 63U];
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (char const c : text) {
    auto const value = kLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFFU);
  }
  return bytes;
}

}  // namespace tillcue::replay
