#include "tillcue/models/csv.hpp"

#include <algorithm>
#include <cstring>

#include "byte_marks.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kChunk = 256 * 1024;

std::string_view without_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

CsvReader::CsvReader(ByteSource& source, CsvLimits limits) : source_(&source), limits_(limits) {
  auto const whole = source.whole();
  data_ = whole.data();
  end_ = whole.size();
  exhausted_ = !whole.empty();
}

CsvReader::CsvReader(std::string_view text, std::size_t begin, CsvLimits limits)
    : limits_(limits), data_(text.data()), begin_(begin), end_(text.size()), started_(true), exhausted_(true) {}

bool CsvReader::quick(std::size_t width, std::size_t lead) noexcept {
  if (!started_) return false;
  // So short a row breaks no limit.
  auto const reach = std::min({end_ - begin_, limits_.field, limits_.row});
  char const* const row = data_ + begin_;
  repeats_ = lead_size_ != 0 && lead_size_ + ShortMarks::kBytes <= reach && same_bytes(row, lead_, lead_size_);
  if (repeats_) {
    // The first fields are the same bytes; fields_ has them where the row before stands.
    if (auto const end = quick_end(row + lead_size_, width, lead)) return quick_taken(end);
    repeats_ = false;
  }
  return quick_whole(row, reach, width, lead);
}

/// The fields from number `field` on, which begins at `start`, when the row ends within a few bytes. Where it ends, or
/// nullptr.
char const* CsvReader::quick_end(char const* start, std::size_t width, std::size_t field) noexcept {
  auto const marks = short_marks_of(start);
  auto const up_to_end = marks.ends ^ (marks.ends - 1);  // all, when there is no end
  auto commas = marks.commas & up_to_end;
  if (marks.ends == 0 || (marks.quotes & up_to_end) != 0) return nullptr;
  char const* begin = start;
  auto* out = fields_.data() + field;
  for (auto left = width - 1 - field; left > 0; --left, commas &= commas - 1) {
    if (commas == 0) return nullptr;
    char const* const comma = start + std::countr_zero(commas);
    *out++ = {begin, static_cast<std::size_t>(comma - begin)};
    begin = comma + 1;
  }
  if (commas != 0) return nullptr;
  char const* const end = start + std::countr_zero(marks.ends);
  *out = without_return({begin, static_cast<std::size_t>(end - begin)});
  return end + 1;
}

bool CsvReader::quick_whole(char const* row, std::size_t reach, std::size_t width, std::size_t lead) noexcept {
  lead_size_ = 0;
  if (fields_.size() != width) fields_.resize(width);
  auto* field = fields_.data();
  auto const* const last = field + width - 1;
  char const* start = row;
  for (std::size_t base = 0; base + kMarkedBytes <= reach; base += kMarkedBytes) {
    for (auto marks = marks_of(row + base); marks != 0; marks &= marks - 1) {
      char const* const mark = row + base + std::countr_zero(marks);
      if (*mark != (field == last ? '\n' : ',')) return false;
      *field = {start, static_cast<std::size_t>(mark - start)};
      start = mark + 1;
      if (field != last) {
        ++field;
        continue;
      }
      *field = without_return(*field);
      if (width == 1 && field->empty()) return false;
      lead_ = row;
      lead_size_ = static_cast<std::size_t>(fields_[lead].data() - row);
      return quick_taken(start);
    }
  }
  return false;
}

bool CsvReader::quick_taken(char const* end) noexcept {
  line_ = next_line_++;
  begin_ = static_cast<std::size_t>(end - data_);
  return true;
}

Result<bool> CsvReader::fill() {
  if (exhausted_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kChunk) buffer_.resize(end_ + kChunk);
  data_ = buffer_.data();
  auto const got = source_->read({buffer_.data() + end_, buffer_.size() - end_});
  if (!got) return tl::unexpected(got.error());
  end_ += *got;
  exhausted_ = *got == 0;
  return !exhausted_;
}

void CsvReader::consume(std::size_t bytes) noexcept {
  auto const gone = pending().substr(0, bytes);
  next_line_ += static_cast<std::uint64_t>(std::count(gone.begin(), gone.end(), '\n'));
  begin_ += gone.size();
}

/// Bytes up to the next line end, or to the end of the stream; more than limits_.row when there is none in reach.
Result<std::size_t> CsvReader::line_length() {
  std::size_t searched = 0;
  for (;;) {
    auto const found = pending().find('\n', searched);
    if (found != std::string_view::npos) return found;
    searched = end_ - begin_;
    if (searched > limits_.row) return searched;
    auto const more = fill();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return searched;
  }
}

CsvReader::Next CsvReader::bad(std::string complaint, std::size_t consumed) {
  complaint_ = std::move(complaint);
  consume(consumed);
  return Next::bad_row;
}

Result<CsvReader::Next> CsvReader::next() {
  lead_size_ = 0;
  repeats_ = false;
  while (!started_) {
    if (end_ < 3 && !exhausted_) {
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      continue;
    }
    started_ = true;
    if (pending().starts_with("\xEF\xBB\xBF")) begin_ += 3;
    if (pending().starts_with("\xFF\xFE") || pending().starts_with("\xFE\xFF")) {
      return fail(Code::unsupported, "is UTF-16; save it as UTF-8");
    }
  }
  for (;;) {
    auto const length = line_length();
    if (!length) return tl::unexpected(length.error());
    if (begin_ == end_) return Next::end;
    line_ = next_line_;
    if (*length > limits_.row) return skip_long_row();
    auto const line = without_return(pending().substr(0, *length));
    if (line.empty()) {
      consume(*length + 1);
      continue;
    }
    if (std::memchr(line.data(), '"', line.size()) != nullptr) return quoted_row();
    auto const result = plain_row(line);
    if (result == Next::row) {
      // The views stay good: nothing moves in the buffer before the next fill().
      begin_ = std::min(end_, begin_ + *length + 1);
      ++next_line_;
      return result;
    }
    consume(*length + 1);
    return result;
  }
}

CsvReader::Next CsvReader::plain_row(std::string_view line) {
  fields_.clear();
  for (;;) {
    auto const comma = line.find(',');
    auto const field = line.substr(0, comma);
    if (field.size() > limits_.field) {
      return bad("field " + std::to_string(fields_.size() + 1) + ": longer than " + std::to_string(limits_.field) +
                     " bytes; shorten it",
                 0);
    }
    fields_.push_back(field);
    if (comma == std::string_view::npos) return Next::row;
    line.remove_prefix(comma + 1);
  }
}

Result<CsvReader::Next> CsvReader::skip_long_row() {
  fields_.clear();
  for (;;) {
    auto const found = pending().find('\n');
    if (found != std::string_view::npos) {
      return bad("row: longer than " + std::to_string(limits_.row) + " bytes; is a line end missing?", found + 1);
    }
    consume(end_ - begin_);
    auto const more = fill();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return bad("row: longer than " + std::to_string(limits_.row) + " bytes; is a line end missing?", 0);
  }
}

void CsvReader::unquoted_fields() {
  fields_.clear();
  for (auto const& [begin, size] : extents_) fields_.push_back(std::string_view(unquoted_).substr(begin, size));
}

/// A row with at least one quote on its first line. It may run over several lines.
Result<CsvReader::Next> CsvReader::quoted_row() {
  enum class At { field_start, plain, quoted, after_quote };
  unquoted_.clear();
  extents_.clear();
  At at = At::field_start;
  std::size_t field_begin = 0;
  auto const close_field = [&] {
    extents_.emplace_back(field_begin, unquoted_.size() - field_begin);
    field_begin = unquoted_.size();
    at = At::field_start;
  };
  auto const broken = [&](std::string complaint) {
    unquoted_fields();
    return bad(std::move(complaint), std::min(pending().find('\n'), end_ - begin_ - 1) + 1);
  };
  bool ended = false;
  std::size_t used = 0;
  for (; !ended; ++used) {
    if (used > limits_.row) return broken("row: a quoted field never ends; close the quote");
    if (begin_ + used >= end_) {
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      if (!*more) {
        if (at == At::quoted) return broken("row: a quoted field never ends; close the quote");
        break;
      }
    }
    char const c = pending()[used];
    if (at == At::quoted) {
      if (c == '"')
        at = At::after_quote;
      else
        unquoted_ += c;
    } else if (c == '"' && at != At::plain) {
      if (at == At::after_quote) unquoted_ += c;
      at = At::quoted;
    } else if (c == ',') {
      close_field();
    } else if (c == '\n') {
      ended = true;
    } else if (at == At::after_quote) {
      if (c == '\r') continue;
      return broken("field " + std::to_string(extents_.size() + 1) +
                    ": text after the closing quote; write a quote inside a field twice");
    } else {
      unquoted_ += c;
      at = At::plain;
    }
    if (unquoted_.size() - field_begin > limits_.field) {
      return broken("field " + std::to_string(extents_.size() + 1) + ": longer than " + std::to_string(limits_.field) +
                    " bytes; shorten it or close its quote");
    }
  }
  if (at == At::plain && unquoted_.back() == '\r') unquoted_.pop_back();
  close_field();
  unquoted_fields();
  consume(used);
  return Next::row;
}

}  // namespace tillcue::models
