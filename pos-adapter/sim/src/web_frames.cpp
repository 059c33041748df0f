#include "web_frames.hpp"

#include <algorithm>
#include <cstdint>

namespace tillcue::pos::sim {
namespace {

constexpr std::size_t kLongestFrame = std::size_t{64} * 1024;

/// A mask of zeroes is a mask; hiding bytes from proxies is no matter on a till's own machine.
std::string frame(unsigned opcode, std::string_view bytes) {
  std::string out{static_cast<char>(0x80U | opcode)};
  if (bytes.size() < 126) {
    out += static_cast<char>(0x80U | bytes.size());
  } else {
    auto const wide = bytes.size() > 0xFFFF;
    out += static_cast<char>(0x80U | (wide ? 127U : 126U));
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) {
      out += static_cast<char>((static_cast<std::uint64_t>(bytes.size()) >> static_cast<unsigned>(shift)) & 0xFFU);
    }
  }
  out.append(4, '\0');
  return out.append(bytes);
}

struct Head {
  unsigned opcode = 0;
  std::size_t size = 0, at = 0;  ///< of the payload
};

/// Nothing while the frame is not whole.
Result<std::optional<Head>> head_of(std::string_view bytes) {
  auto const byte = [&](std::size_t n) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[n])); };
  if (bytes.size() < 2) return std::optional<Head>{};
  Head out{static_cast<unsigned>(byte(0) & 0x0FU), byte(1) & 0x7FU, 2};
  if ((byte(0) & 0x80U) == 0 || out.opcode == 0) return fail(Code::invalid, "the terminal sent a message in fragments");
  auto const more = out.size == 126 ? 2U : out.size == 127 ? 8U : 0U;
  if (bytes.size() < 2 + more) return std::optional<Head>{};
  if (more > 0) out.size = 0;
  for (unsigned n = 0; n < more; ++n) out.size = out.size << 8U | byte(2 + n);
  out.at += more;
  if (out.size > kLongestFrame) return fail(Code::invalid, "the terminal sent a message over 64 KiB");
  if (bytes.size() - out.at < out.size) return std::optional<Head>{};
  return std::optional(out);
}

}  // namespace

std::string WebFrames::request(std::string_view host, std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) +
         "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGlsbGN1ZS1wb3MtdGlsbA==\r\n\r\n";
}

Result<bool> WebFrames::accepted(std::string& received) {
  auto const end = received.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (received.size() > 8192) return fail(Code::io, "answers something else than HTTP");
    return false;
  }
  auto const status = received.substr(0, received.find('\r'));
  if (status.rfind("HTTP/1.1 101", 0) != 0) return fail(Code::io, "opens no WebSocket here: " + status);
  received.erase(0, end + 4);
  return true;
}

std::string WebFrames::wrap(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    auto const line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!line.empty()) out += frame(0x1, line);
  }
  return out;
}

Result<std::string> WebFrames::unwrap(std::string& received, std::string& reply) {
  std::string lines;
  for (;;) {
    auto const head = head_of(received);
    if (!head) return tl::unexpected(head.error());
    if (!*head) return lines;
    auto const payload = received.substr((*head)->at, (*head)->size);
    if ((*head)->opcode == 0x8 && lines.empty()) return fail(Code::io, "closed the connection");
    if ((*head)->opcode == 0x8) return lines;
    received.erase(0, (*head)->at + (*head)->size);
    if ((*head)->opcode == 0x9) reply += frame(0xA, payload);
    if ((*head)->opcode == 0x1) lines += payload + "\n";
  }
}

}  // namespace tillcue::pos::sim
