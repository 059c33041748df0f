#include "tap_frame.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kHead = 5;
constexpr std::string_view kKinds = "HPOERACILD";

void put_number(std::vector<std::byte>& out, std::uint64_t value, unsigned bytes) {
  for (unsigned n = 0; n < bytes; ++n) out.push_back(static_cast<std::byte>(value >> 8U * n & 0xFFU));
}

std::uint64_t number(std::span<std::byte const> bytes, std::size_t at, unsigned count) {
  std::uint64_t value = 0;
  for (unsigned n = 0; n < count; ++n) value |= std::to_integer<std::uint64_t>(bytes[at + n]) << 8U * n;
  return value;
}

void append(std::vector<std::byte>& out, std::span<std::byte const> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void head(std::vector<std::byte>& out, TapKind kind, std::size_t size) {
  out.push_back(static_cast<std::byte>(kind));
  put_number(out, size, 4);
}

tl::unexpected<Error> too_short() { return fail(Code::invalid, "tap: a frame is too short"); }

}  // namespace

void put_frame(std::vector<std::byte>& out, TapKind kind, TapAt const& at) {
  head(out, kind, 8 + at.bytes.size());
  put_number(out, at.at, 8);
  append(out, at.bytes);
}

void put_frame(std::vector<std::byte>& out, TapHello const& hello) {
  head(out, TapKind::hello, 25 + hello.state.size());
  out.push_back(std::byte{kTapVersion});
  for (auto const value : {hello.at, hello.present, hello.instance}) put_number(out, value, 8);
  append(out, hello.state);
}

void put_frame(std::vector<std::byte>& out, TapKind kind, std::span<std::byte const> payload) {
  head(out, kind, payload.size());
  append(out, payload);
}

void put_frame(std::vector<std::byte>& out, TapPrint const& print) {
  head(out, TapKind::print, 16 + print.job.size());
  put_number(out, print.id, 8);
  put_number(out, print.at, 8);
  append(out, print.job);
}

void put_frame(std::vector<std::byte>& out, TapFate const& fate) {
  head(out, TapKind::fate, 10 + fate.text.size());
  put_number(out, fate.id, 8);
  out.push_back(static_cast<std::byte>(fate.fate));
  out.push_back(fate.near_end ? std::byte{1} : std::byte{0});
  append(out, std::as_bytes(std::span(fate.text)));
}

Result<TapAt> read_at(TapFrame const& frame) {
  if (frame.payload.size() < 8) return too_short();
  return TapAt{number(frame.payload, 0, 8), frame.payload.subspan(8)};
}

Result<TapHello> read_hello(TapFrame const& frame) {
  auto const payload = frame.payload;
  auto const version = payload.empty() ? 0 : std::to_integer<unsigned>(payload[0]);
  if (version != kTapVersion && version != kTapWithoutBacklog) {
    return fail(Code::unsupported, "tap: another version; install tillcued and tillcue-bypass of one release");
  }
  bool const old = version == kTapWithoutBacklog;
  if (payload.size() < (old ? 9U : 25U)) return too_short();
  auto const at = number(payload, 1, 8);
  if (old) return TapHello{at, at, 0, payload.subspan(9)};
  return TapHello{at, number(payload, 9, 8), number(payload, 17, 8), payload.subspan(25)};
}

Result<TapPrint> read_print(TapFrame const& frame) {
  if (frame.payload.size() < 16) return too_short();
  return TapPrint{number(frame.payload, 0, 8), number(frame.payload, 8, 8), frame.payload.subspan(16)};
}

Result<TapFate> read_fate(TapFrame const& frame) {
  if (frame.payload.size() < 10 || std::to_integer<unsigned>(frame.payload[8]) > 2) return too_short();
  auto const text = frame.payload.subspan(10);
  return TapFate{number(frame.payload, 0, 8), static_cast<SlipFate>(frame.payload[8]), frame.payload[9] != std::byte{0},
                 std::string(reinterpret_cast<char const*>(text.data()), text.size())};
}

Result<void> TapReader::feed(std::span<std::byte const> bytes, Sink const& sink) {
  append(held_, bytes);
  std::size_t at = 0;
  while (held_.size() - at >= kHead) {
    auto const kind = std::to_integer<char>(held_[at]);
    auto const size = static_cast<std::size_t>(number(held_, at + 1, 4));
    if (kKinds.find(kind) == std::string_view::npos || size > kMaxTapPayload) {
      return fail(Code::invalid, "tap: not a frame of ours");
    }
    if (held_.size() - at - kHead < size) break;
    auto const done = sink({static_cast<TapKind>(kind), std::span(held_).subspan(at + kHead, size)});
    if (!done) return done;
    at += kHead + size;
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
  return {};
}

}  // namespace tillcue::pos
