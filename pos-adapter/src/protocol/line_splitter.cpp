#include "protocol/line_splitter.hpp"

namespace tillcue::pos {

void LineSplitter::append(std::string_view bytes) {
  held_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  held_.append(bytes);
}

LineSplitter::Next LineSplitter::next(std::string_view& line) {
  auto const end = held_.find('\n', scanned_);
  scanned_ = end == std::string::npos ? held_.size() : end;
  auto text = std::string_view(held_).substr(start_, scanned_ - start_);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.size() > max_line_) return Next::oversized;
  if (end == std::string::npos) return Next::more;
  line = text;
  start_ = scanned_ = end + 1;
  return Next::line;
}

}  // namespace tillcue::pos
