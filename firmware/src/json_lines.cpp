#include "json_lines.hpp"

#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;

/// An input iterator that counts the lines it has handed out.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  char const* at = nullptr;
  int* line = nullptr;

  reference operator*() const { return *at; }
  CountingIterator& operator++() {
    if (*at++ == '\n') ++*line;
    return *this;
  }
  friend bool operator==(CountingIterator const& a, CountingIterator const& b) { return a.at == b.at; }
  friend bool operator!=(CountingIterator const& a, CountingIterator const& b) { return !(a == b); }
};

/// Follows the parser and notes the line of every key and array element.
class LineNotes : public nlohmann::json_sax<Json> {
 public:
  explicit LineNotes(int const& line) : line_(line) {}
  std::map<std::string, int> lines;
  std::vector<std::pair<std::string, int>> repeats;
  JsonFault fault;

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, string_t const&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    levels_.back().name = name;
    if (auto const [known, fresh] = lines.emplace(path(), line_); !fresh) repeats.emplace_back(known->first, line_);
    return true;
  }
  bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const& error) override {
    fault = JsonFault{line_, error.what()};
    return false;
  }

 private:
  struct Level {
    bool array = false;
    int next = 0;
    std::string name;
  };

  std::string path() const {
    std::string text;
    for (auto const& level : levels_) {
      auto const part = level.array ? std::to_string(level.next) : level.name;
      text += (text.empty() ? "" : ".") + part;
    }
    return text;
  }
  void note() {
    if (!levels_.empty() && levels_.back().array) lines.emplace(path(), line_);
  }
  void step() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().next;
  }
  bool value() {
    note();
    step();
    return true;
  }
  bool open(bool array) {
    note();
    levels_.push_back({array, 0, {}});
    if (levels_.size() < 64) return true;
    fault = JsonFault{line_, "nested deeper than 63 levels"};
    return false;
  }
  bool close() {
    levels_.pop_back();
    step();
    return true;
  }

  int const& line_;
  std::vector<Level> levels_;
};

void follow(std::string_view text, LineNotes& notes, int& line) {
  CountingIterator const first{text.data(), &line};
  CountingIterator const last{text.data() + text.size(), &line};
  Json::sax_parse(first, last, &notes, nlohmann::detail::input_format_t::json, true, true);
}

}  // namespace

std::map<std::string, int> json_lines(std::string_view text) {
  int line = 1;
  LineNotes notes(line);
  follow(text, notes, line);
  return std::move(notes.lines);
}

std::vector<std::pair<std::string, int>> json_repeats(std::string_view text) {
  int line = 1;
  LineNotes notes(line);
  follow(text, notes, line);
  return std::move(notes.repeats);
}

JsonFault json_fault(std::string_view text) {
  int line = 1;
  LineNotes notes(line);
  follow(text, notes, line);
  return std::move(notes.fault);
}

}  // namespace tillcue::terminal
