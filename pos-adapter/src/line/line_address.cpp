#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "line.hpp"

namespace tillcue::pos {
namespace {

struct KindName {
  std::string_view name;
  LineKind kind;
};
constexpr std::array<KindName, 5> kKinds{{{"tcp", LineKind::tcp},
                                          {"device", LineKind::device},
                                          {"fifo", LineKind::fifo},
                                          {"pty", LineKind::pty},
                                          {"serial", LineKind::serial}}};

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || end != text.data() + text.size() || value > most) return {};
  return value;
}

tl::unexpected<Error> bad(std::string_view text, std::string const& why) {
  return fail(Code::invalid, "\"" + std::string(text) + "\" " + why);
}

Result<LineAddress> parse_tcp(std::string_view text, std::string_view rest) {
  auto const colon = rest.rfind(':');
  auto const port = colon == std::string_view::npos ? std::nullopt : number(rest.substr(colon + 1), 65535);
  if (!port || colon == 0) return bad(text, "must be tcp:HOST:PORT with a port from 0 to 65535");
  auto host = rest.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  LineAddress out;
  out.host = host;
  out.port = static_cast<std::uint16_t>(*port);
  return out;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

struct FlowName {
  std::string_view name;
  SerialFlow flow;
};
constexpr std::array<FlowName, 3> kFlows{
    {{"none", SerialFlow::none}, {"rts_cts", SerialFlow::rts_cts}, {"xon_xoff", SerialFlow::xon_xoff}}};

Result<LineAddress> parse_serial(std::string_view text, std::string_view rest) {
  LineAddress out;
  out.kind = LineKind::serial;
  auto const parts = split(rest);
  out.path = parts[0];
  if (parts.size() > 3) return bad(text, "must be serial:PATH,BAUD,none|rts_cts|xon_xoff");
  if (parts.size() > 1) {
    auto const baud = number(parts[1], 1'000'000);
    if (!baud || !is_serial_speed(*baud)) {
      return bad(text, "has no speed serial ports know; take 9600, 19200, 38400, 57600 or 115200");
    }
    out.serial.baud = *baud;
  }
  if (parts.size() > 2) {
    auto const found =
        std::find_if(kFlows.begin(), kFlows.end(), [&](FlowName const& row) { return row.name == parts[2]; });
    if (found == kFlows.end()) return bad(text, "must end in the flow control: none, rts_cts or xon_xoff");
    out.serial.flow = found->flow;
  }
  return out;
}

}  // namespace

std::string LineAddress::text() const {
  if (kind == LineKind::tcp) {
    auto const shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return "tcp:" + shown + ":" + std::to_string(port);
  }
  for (auto const& row : kKinds) {
    if (row.kind != kind) continue;
    auto out = std::string(row.name) + ":" + path;
    if (kind == LineKind::serial) {
      out += "," + std::to_string(serial.baud) + ",";
      for (auto const& flow : kFlows) out += flow.flow == serial.flow ? flow.name : std::string_view{};
    }
    return out;
  }
  return {};
}

Result<LineAddress> parse_line_address(std::string_view text) {
  auto const colon = text.find(':');
  auto const rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  for (auto const& row : kKinds) {
    if (text.substr(0, colon) != row.name || rest.empty()) continue;
    if (row.kind == LineKind::tcp) return parse_tcp(text, rest);
    if (rest.front() != '/' && rest.front() != '.') return bad(text, "needs a path that begins with / or .");
    if (rest.size() > 1000) return bad(text, "has a path that is too long");
    if (row.kind == LineKind::serial) return parse_serial(text, rest);
    LineAddress out;
    out.kind = row.kind;
    out.path = rest;
    return out;
  }
  return bad(text, "is no line; take tcp:HOST:PORT, device:PATH, fifo:PATH, pty:PATH or serial:PATH,BAUD,FLOW");
}

}  // namespace tillcue::pos
