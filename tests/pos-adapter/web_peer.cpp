#include "pos-adapter/web_peer.hpp"

#include <array>

#include <doctest/doctest.h>

namespace tillcue::pos::testing {

WebPeer::WebPeer(std::uint16_t port, int receive_buffer) : peer_(port, receive_buffer) {
  auto const host = "127.0.0.1:" + std::to_string(port);
  REQUIRE(peer_.connected());
  peer_.send("GET /ws HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
             "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  auto const status = peer_.line();
  REQUIRE(status);
  REQUIRE(status->rfind("HTTP/1.1 101", 0) == 0);
  bool accepted = false;
  for (auto line = peer_.line(); line && *line != "\r"; line = peer_.line()) {
    // The answer to the key above, from RFC 6455 section 1.3.
    accepted = accepted || line->find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos;
  }
  REQUIRE(accepted);
}

void WebPeer::frame(unsigned opcode, std::string_view bytes) {
  constexpr std::array<char, 4> kMask{'m', 'a', 's', 'k'};
  std::string out{static_cast<char>(0x80U | opcode)};
  if (bytes.size() < 126) {
    out += static_cast<char>(0x80U | bytes.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(bytes.size() >> 8U);
    out += static_cast<char>(bytes.size() & 0xFFU);
  }
  out.append(kMask.data(), kMask.size());
  for (std::size_t n = 0; n < bytes.size(); ++n) out += static_cast<char>(bytes[n] ^ kMask[n % 4]);
  peer_.send(out);
}

std::optional<std::string> WebPeer::message() {
  for (;;) {
    auto const head = peer_.bytes(2);
    if (head.size() < 2) return {};
    auto const opcode = static_cast<unsigned char>(head[0]) & 0x0FU;
    std::size_t size = static_cast<unsigned char>(head[1]) & 0x7FU;
    if (size >= 126) {
      auto const more = peer_.bytes(size == 126 ? 2 : 8);
      size = 0;
      for (char const byte : more) size = size << 8U | static_cast<unsigned char>(byte);
    }
    auto text = peer_.bytes(size);
    if (text.size() < size || opcode == 0x8) return {};
    if (opcode == 0x1) return text;
    if (opcode == 0x9) frame(0xA, text);
  }
}

}  // namespace tillcue::pos::testing
