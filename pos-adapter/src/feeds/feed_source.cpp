#include <charconv>

#include "tillcue/pos/feeds.hpp"
#include "tillcue/pos/serial_settings.hpp"

namespace tillcue::pos {
namespace {

tl::unexpected<Error> how_to_write() {
  return fail(Code::invalid,
              "write tcp://127.0.0.1:PORT, udp://127.0.0.1:PORT, serial:/dev/ttyS0?9600 or file:/path/to/file");
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
  return bad == std::errc{} && end == text.data() + text.size();
}

Result<FeedSource> listening(FeedSource out, std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !read_number(text.substr(colon + 1), out.port)) {
    return how_to_write();
  }
  out.host = text.substr(0, colon);
  if (out.host.front() == '[' && out.host.back() == ']') out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

}  // namespace

Result<FeedSource> FeedSource::parse(std::string_view text) {
  FeedSource out;
  auto const after = [&](std::string_view prefix) {
    bool const is = text.substr(0, prefix.size()) == prefix;
    if (is) text.remove_prefix(prefix.size());
    return is;
  };
  if (after("tcp://")) {
    out.kind = Kind::tcp;
    return listening(out, text);
  }
  if (after("udp://")) return listening(out, text);
  if (after("file:")) {
    out.kind = Kind::file;
  } else if (after("serial:")) {
    out.kind = Kind::serial;
    if (auto const mark = text.find('?'); mark != std::string_view::npos) {
      if (!read_number(text.substr(mark + 1), out.baud) || !is_serial_speed(out.baud)) return how_to_write();
      text = text.substr(0, mark);
    }
  } else {
    return how_to_write();
  }
  out.path = text;
  if (out.path.empty() || out.path.front() != '/') return how_to_write();
  return out;
}

}  // namespace tillcue::pos
