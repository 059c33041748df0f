#include "json_lines.hpp"

#include <iterator>

#include <nlohmann/json.hpp>

namespace tillcue::models {
namespace {

using Json = nlohmann::json;

/// Hands out the text and counts its lines. The parser has no notion of where it is but the characters it asks for.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  CountingIterator(char const* at, std::size_t* line, bool* at_line_end) : at_(at), line_(line), end_(at_line_end) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *end_ = *at_ == '\n';
    if (*end_) ++*line_;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    auto const before = *this;
    ++*this;
    return before;
  }
  bool operator==(CountingIterator const& other) const { return at_ == other.at_; }
  bool operator!=(CountingIterator const& other) const { return at_ != other.at_; }

 private:
  char const* at_;
  std::size_t* line_;
  bool* end_;
};

}  // namespace

/// Events of the parser to lines by path.
class LineRecorder {
 public:
  LineRecorder(JsonLines& out, std::size_t const& line, bool const& at_line_end)
      : out_(out), line_(line), at_line_end_(at_line_end) {}

  bool null() { return value(0); }
  bool boolean(bool) { return value(0); }
  // The end of a number is known by the character behind it.
  bool number_integer(Json::number_integer_t) { return value(at_line_end_ ? 1 : 0); }
  bool number_unsigned(Json::number_unsigned_t) { return value(at_line_end_ ? 1 : 0); }
  bool number_float(Json::number_float_t, std::string const&) { return value(at_line_end_ ? 1 : 0); }
  bool string(std::string const&) { return value(0); }
  bool binary(Json::binary_t const&) { return value(0); }
  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string const& name) {
    path_.resize(levels_.back().length);
    path_ += '/';
    path_ += name;
    if (!out_.lines_.emplace(path_, line_).second) out_.repeated_.push_back(path_);
    return true;
  }
  static bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const&) { return false; }

 private:
  struct Level {
    std::size_t length;  ///< of the path
    bool array;
    std::size_t next = 0;
  };

  void enter(std::size_t back) {
    if (levels_.empty() || !levels_.back().array) return;  // a field's line is that of its name
    auto& level = levels_.back();
    path_.resize(level.length);
    path_ += '/' + std::to_string(level.next++);
    out_.lines_.emplace(path_, line_ - back);
  }
  bool value(std::size_t back) {
    enter(back);
    return true;
  }
  bool open(bool array) {
    enter(0);
    levels_.push_back({path_.size(), array});
    return true;
  }
  bool close() {
    path_.resize(levels_.back().length);
    levels_.pop_back();
    return true;
  }

  JsonLines& out_;
  std::size_t const& line_;
  bool const& at_line_end_;
  std::string path_;
  std::vector<Level> levels_;
};

JsonLines::JsonLines(std::string_view json) {
  std::size_t line = 1;
  bool at_line_end = false;
  LineRecorder recorder(*this, line, at_line_end);
  CountingIterator const begin(json.data(), &line, &at_line_end);
  CountingIterator const end(json.data() + json.size(), &line, &at_line_end);
  (void)Json::sax_parse(begin, end, &recorder, nlohmann::json::input_format_t::json, true, true);
}

std::size_t JsonLines::of(std::string_view path) const {
  while (!path.empty()) {
    if (auto const found = lines_.find(path); found != lines_.end()) return found->second;
    path = path.substr(0, path.rfind('/'));
  }
  return 1;
}

}  // namespace tillcue::models
