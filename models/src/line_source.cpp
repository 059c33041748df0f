#include "line_source.hpp"

#include <cstring>

namespace tillcue::models {
namespace {
constexpr std::size_t kChunk = 256 * 1024;
}

Result<bool> LineSource::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kChunk) buffer_.resize(end_ + kChunk);
  auto const got = source_->read({buffer_.data() + end_, buffer_.size() - end_});
  if (!got) return tl::unexpected(got.error());
  end_ += *got;
  return *got > 0;
}

Result<void> LineSource::skip_rest() {
  for (;;) {
    auto const found = std::string_view(buffer_.data() + begin_, end_ - begin_).find('\n');
    begin_ = found == std::string_view::npos ? end_ : begin_ + found + 1;
    if (found != std::string_view::npos) return {};
    auto const more = fill();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
  }
}

Result<bool> LineSource::next(std::string_view& line) {
  if (skip_) {
    if (auto const skipped = skip_rest(); !skipped) return tl::unexpected(skipped.error());
    skip_ = false;
  }
  too_long_ = false;
  std::size_t searched = 0;
  for (;;) {
    std::string_view const pending(buffer_.data() + begin_, end_ - begin_);
    auto const found = pending.find('\n', searched);
    searched = pending.size();
    bool last = false;
    if (found == std::string_view::npos && searched <= most_) {
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      if (*more) continue;
      if (searched == 0) return false;
      last = true;
    }
    line = std::string_view(buffer_.data() + begin_, end_ - begin_).substr(0, found);
    if (line.size() > most_) {
      too_long_ = skip_ = true;
      line = line.substr(0, most_);
    } else {
      begin_ += line.size() + (last ? 0 : 1);
    }
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (++number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    return true;
  }
}

}  // namespace tillcue::models
