#include "tillcue/models/csv.hpp"

#include <algorithm>
#include <cstring>

#include "byte_marks.hpp"
#include "line_ends.hpp"
#include "text_index.hpp"

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

CsvReader::CsvReader(std::string_view text, CsvLimits limits)
    : limits_(limits), data_(text.data()), end_(text.size()), started_(true), exhausted_(true) {}

/// Where the row at `row` ends, with `ends` told each field and where that ends; nullptr when it is not of the common
/// kind or longer than `reach`.
template <class Ends>
char const* CsvReader::quick_end(char const* row, std::size_t reach, std::size_t width,
                                 Ends const& ends) const noexcept {
  std::size_t field = 0;
  for (std::size_t base = 0; base + kMarkedBytes <= reach; base += kMarkedBytes) {
    for (auto marks = marks_of(row + base); marks != 0; marks &= marks - 1) {
      char const* const mark = row + base + std::countr_zero(marks);
      bool const last = field + 1 == width;
      if (*mark != (last ? '\n' : ',')) return nullptr;
      if (!last) {
        ends(field++, mark);
        continue;
      }
      bool const returns = mark != row && mark[-1] == '\r';
      ends(field, returns ? mark - 1 : mark);
      return mark + 1;
    }
  }
  return nullptr;
}

bool CsvReader::quick(std::size_t width) noexcept {
  if (!started_) return false;
  if (fields_.size() != width) fields_.resize(width);
  // So short a row breaks no limit.
  auto const reach = std::min({end_ - begin_, limits_.field, limits_.row});
  char const* start = data_ + begin_;
  auto const* const end = quick_end(start, reach, width, [&](std::size_t field, char const* at) {
    fields_[field] = {start, static_cast<std::size_t>(at - start)};
    start = at + 1;
  });
  if (end == nullptr || (width == 1 && fields_[0].empty())) return false;
  forget_lead();
  line_ = next_line_++;
  begin_ = static_cast<std::size_t>(end - data_);
  return true;
}

namespace {

constexpr std::size_t kTail = 2 * kFewMarkedBytes;

/// The last kFields fields of a row, which begin at `tail` and whose line ends before `behind`, within kTail bytes:
/// where what is behind each starts to `starts`. False when the row is not of the common kind.
template <unsigned kFields>
bool read_tail(QuickRow const& row, char const* tail, char const* behind, std::uint16_t* starts) noexcept {
  auto const last_of = [](std::uint32_t marks) {
#pragma GCC unroll 4
    for (unsigned n = 1; n < kFields; ++n) marks &= marks - 1;
    return marks;
  };
  auto const size = static_cast<std::uint32_t>(behind - tail);
  auto marks = few_marks_of(tail);
  if (last_of(marks) == 0) {
    // Of a short line that was all, and behind it there may be too little to read on.
    if (size <= kFewMarkedBytes) return false;
    marks |= few_marks_of(tail + kFewMarkedBytes) << kFewMarkedBytes;
  }
  // As many marks as fields, the last of them the line's end.
  if (static_cast<unsigned>(std::countr_zero(last_of(marks))) != size - 1) return false;
  auto const from = static_cast<std::uint32_t>(tail - row.begin) + 1;
#pragma GCC unroll 4
  for (unsigned n = 0; n + 1 < kFields; ++n, marks &= marks - 1) {
    auto const at = static_cast<std::uint32_t>(std::countr_zero(marks));
    if (tail[at] != ',') return false;
    starts[n] = static_cast<std::uint16_t>(from + at);
  }
  starts[kFields - 1] = static_cast<std::uint16_t>(from + size - (behind[-2] == '\r' ? 2 : 1));
  return true;
}

bool read_tail(QuickRow& row, char const* tail, char const* behind, std::size_t width, std::size_t lead) noexcept {
  auto* const starts = row.starts + 1 + lead;
  switch (width - lead) {
    case 1:
      return read_tail<1>(row, tail, behind, starts);
    case 2:
      return read_tail<2>(row, tail, behind, starts);
    case 3:
      return read_tail<3>(row, tail, behind, starts);
    case 4:
      return read_tail<4>(row, tail, behind, starts);
    default:
      return false;
  }
}

}  // namespace

/// Where the next lines end is found first and for all: a row that waits for the end of the one before it waits long.
std::size_t CsvReader::find_lines(std::size_t most) noexcept {
  // Behind what is looked at there is room to read on.
  auto const readable = end_ - std::min(end_, QuickRow::kRoom);
  line_ends_.resize(most + kMarkedBytes);
  return find_line_ends(data_ + begin_, readable - std::min(begin_, readable), most, line_ends_.data());
}

std::size_t CsvReader::quick_rows(std::span<QuickRow> rows, std::size_t end, std::size_t width,
                                  std::size_t lead) noexcept {
  if (!started_ || width > QuickRow::kFields || width < 2) return 0;
  led_size_ = 0;
  auto const lines = find_lines(rows.size());
  std::size_t taken = 0;
  auto at = begin_;
  // Of their own, because whatever is written to a row might be the members otherwise.
  char const* const data = data_;
  char const* const behind_first = data_ + begin_ + 1;
  auto const* const ends = line_ends_.data();
  for (; taken < lines && at < end; ++taken) {
    auto& row = rows[taken];
    row.begin = data + at;
    char const* const behind = behind_first + ends[taken];
    auto const length = static_cast<std::size_t>(behind - row.begin);
    row.repeats = lead_size_ != 0 && length - lead_size_ <= kTail && same_bytes(row.begin, lead_, lead_size_);
    if (row.repeats) {
      std::memcpy(row.starts, first_.starts, sizeof row.starts);
      row.repeats = read_tail(row, row.begin + lead_size_, behind, width, lead);
    }
    if (!row.repeats && !quick_first(row, behind, width, lead)) break;
    at += length;
  }
  begin_ = at;
  next_line_ += taken;
  line_ = next_line_ - 1;
  return taken;
}

namespace {

/// The first so many bytes of a word.
template <std::size_t kBytes>
struct FirstBytes {
  std::array<unsigned char, 2 * kBytes> bytes{};
  constexpr FirstBytes() {
    for (std::size_t n = 0; n < kBytes; ++n) bytes[n] = 0xFF;
  }
  [[nodiscard]] std::uint64_t mask(std::size_t size, std::size_t from = 0) const noexcept {
    std::uint64_t mask = 0;
    std::memcpy(&mask, bytes.data() + (kBytes - size) + from, sizeof mask);
    return mask;
  }
};

/// Where the last byte of a word is in it.
constexpr unsigned kLastByte = std::endian::native == std::endian::little ? 56 : 0;

/// The field at `tail` and what is behind it, as words. A line has `size` bytes from there on, and 16 behind can be
/// read.
template <bool kLast>
inline void read_words(char const* tail, std::size_t size, LedLine& line) noexcept {
  static constexpr FirstBytes<16> kField;
  static constexpr FirstBytes<LedLine::kLongestRest> kRest;
  auto const marks = kLast ? few_marks_of(tail) : few_marks_of(tail, ',');
  auto const field = static_cast<std::size_t>(std::countr_zero(marks | 1U << kFewMarkedBytes));
  // Of a line that ends before the comma the rest has less than no bytes, which are too many.
  auto const rest = kLast ? 1 : size - field - 1;
  line.is_short =
      field <= LedLine::kLongestField && rest <= LedLine::kLongestRest && *tail != '"' && (!kLast || field + 1 == size);
  if (!line.is_short) return;
  line.field[0] = load_word(tail) & kField.mask(field);
  line.field[1] = (load_word(tail + 8) & kField.mask(field, 8)) | std::uint64_t{field} << kLastByte;
  line.rest = kLast ? 0 : load_word(tail + field + 1) & kRest.mask(rest);
}

/// Bit n is set where byte n of the first LedLine::kLongestLead of a line is `c`.
inline std::uint64_t marks_of_lead(char const* line, char c) noexcept {
  std::uint64_t marks = 0;
#pragma GCC unroll 4
  for (unsigned n = 0; n < LedLine::kLongestLead; n += kFewMarkedBytes) {
    marks |= std::uint64_t{few_marks_of(line + n, c)} << n;
  }
  return marks;
}

}  // namespace

template <bool kLast>
std::size_t CsvReader::look_ahead(std::span<LedLine> lines, std::size_t end, std::size_t lead) noexcept {
  auto const found = find_lines(lines.size());
  // Of their own, because whatever is written to a line might be the members otherwise.
  char const* const data = data_;
  char const* const behind_first = data_ + begin_ + 1;
  auto const* const ends = line_ends_.data();
  auto const readable = end_ - std::min(end_, LedLine::kLongestLead);
  auto const stop = std::min(end, readable);
  auto lead_size = led_size_;
  // So short a row breaks no limit.
  auto const most = std::min({limits_.field, limits_.row, std::size_t{0xFFFF}});
  std::size_t seen = 0;
  auto at = begin_;
  for (; seen < found && at < stop; ++seen) {
    auto& line = lines[seen];
    line.begin = data + at;
    auto const size = static_cast<std::size_t>(behind_first + ends[seen] - line.begin);
    line.size = static_cast<std::uint32_t>(size);
    line.repeats = size > lead_size && lead_size != 0 && begins_with(line.begin, lead_text_, lead_mask_);
    if (!line.repeats) {
      if (!find_lead(line, lead)) break;
      lead_size = line.starts[lead];
    }
    if (size > most) break;
    read_words<kLast>(line.begin + lead_size, size - lead_size, line);
    at += size;
  }
  led_size_ = lead_size;
  return seen;
}

std::size_t CsvReader::look_ahead(std::span<LedLine> lines, std::size_t end, std::size_t lead, bool last) noexcept {
  if (!started_ || lead > QuickRow::kFields || lead < 1) return 0;
  lead_size_ = 0;
  return last ? look_ahead<true>(lines, end, lead) : look_ahead<false>(lines, end, lead);
}

/// Where each of the first fields of a line starts; false when they are not of the common kind.
bool CsvReader::find_lead(LedLine& line, std::size_t lead) noexcept {
  if (static_cast<std::size_t>(data_ + end_ - line.begin) < LedLine::kLongestLead) return false;
  static constexpr FirstBytes<LedLine::kLongestLead> kLead;
  auto commas = marks_of_lead(line.begin, ',');
  for (std::size_t field = 1; field <= lead; ++field, commas &= commas - 1) {
    if (commas == 0) return false;
    line.starts[field] = static_cast<std::uint8_t>(std::countr_zero(commas) + 1);
  }
  std::size_t const size = line.starts[lead];
  // A comma behind the line's end is none of its own.
  if (size >= line.size || (marks_of_lead(line.begin, '"') & ((std::uint64_t{1} << size) - 1)) != 0) return false;
  std::memcpy(lead_text_.data(), line.begin, lead_text_.size());
  std::memcpy(lead_mask_.data(), kLead.bytes.data() + (LedLine::kLongestLead - size), lead_mask_.size());
  return true;
}

void CsvReader::take_lines(std::size_t lines, char const* behind) noexcept {
  begin_ = static_cast<std::size_t>(behind - data_);
  next_line_ += lines;
  line_ = next_line_ - 1;
}

/// A row that does not begin as the one before, up to where its line ends.
bool CsvReader::quick_first(QuickRow& row, char const* behind, std::size_t width, std::size_t lead) noexcept {
  // So short a row breaks no limit.
  auto const reach = std::min({limits_.field, limits_.row, std::size_t{0xFFFF},
                               static_cast<std::size_t>(data_ + end_ - row.begin) - QuickRow::kRoom});
  auto const* const found = quick_end(row.begin, reach, width, [&](std::size_t field, char const* place) {
    row.starts[field + 1] = static_cast<std::uint16_t>(place - row.begin + 1);
  });
  if (found != behind) return false;
  first_ = row;
  lead_ = row.begin;
  lead_size_ = lead == 0 ? 0 : row.starts[lead];
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

/// What is taken next does not follow the row whose first fields are known.
void CsvReader::forget_lead() noexcept {
  lead_size_ = 0;
  led_size_ = 0;
}

Result<CsvReader::Next> CsvReader::next() {
  forget_lead();
  while (!started_) {
    if (end_ < 3 && !exhausted_) {
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      continue;
    }
    started_ = true;
    if (pending().starts_with("\xEF\xBB\xBF")) {
      begin_ += 3;
    } else if (pending().starts_with("\xFF\xFE") || pending().starts_with("\xFE\xFF")) {
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
