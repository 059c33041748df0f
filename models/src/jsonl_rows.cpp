#include <array>
#include <deque>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "line_source.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kLongestLine = 4U << 20U;
constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostLines = 100'000;

enum Field : std::size_t { kBasket, kCustomer, kTime, kSku, kQuantity, kPrice, kFields };
constexpr std::array<std::string_view, kFields> kNames = {"basket_id", "customer_id", "timestamp",
                                                          "sku",       "quantity",    "unit_price"};

struct Values {
  std::array<std::string, kFields> text;
  std::array<bool, kFields> given{};
  std::string complaint;  ///< the first one
};

/// Takes the known fields out of one object: those of the sale, and those of the objects in its "lines". Everything
/// else is passed over. Numbers keep the text they were written with, so that no digit changes.
class SaleHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override {  // as if the field were not there
    if (depth_ == 2 && in_lines_) bad_line("is null");
    return true;
  }
  bool boolean(bool) override { return value({}, "true or false"); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number), nullptr); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number), nullptr); }
  bool number_float(number_float_t, string_t const& text) override { return value(text, nullptr); }
  bool string(string_t& text) override { return value(std::move(text), nullptr); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    if (depth_ == 0) {
      is_object_ = true;
    } else if (depth_ == 2 && in_lines_) {
      if (lines.size() >= kMostLines)
        return stop("lines: more than " + std::to_string(kMostLines) + "; split the sale");
      lines.emplace_back();
    } else if (!value({}, "an object")) {
      return false;
    }
    return deeper();
  }
  bool end_object() override { return shallower(); }
  bool start_array(std::size_t) override {
    if (depth_ == 1 && key_ == "lines") {
      if (has_lines) return stop("lines: is there twice; keep one");
      has_lines = in_lines_ = true;
    } else if (depth_ == 2 && in_lines_) {
      bad_line("is a list");
    } else if (!value({}, "a list")) {
      return false;
    }
    return deeper();
  }
  bool end_array() override {
    if (depth_ == 2) in_lines_ = false;
    return shallower();
  }
  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, std::string const&, nlohmann::detail::exception const&) override {
    return stop("is no JSON from byte " + std::to_string(position) + " on; write one object {...} a line");
  }

  [[nodiscard]] bool is_object() const { return is_object_; }
  Values sale;
  std::deque<Values> lines;
  bool has_lines = false;
  std::string problem;  ///< with the whole line

 private:
  bool stop(std::string text) {
    if (problem.empty()) problem = std::move(text);
    return false;
  }
  bool deeper() {
    if (++depth_ <= kDeepest) return true;
    return stop("is nested deeper than " + std::to_string(kDeepest) + "; is this a sale?");
  }
  bool shallower() {
    --depth_;
    return true;
  }
  void bad_line(std::string const& what) {
    lines.emplace_back();
    lines.back().complaint = what + "; write an object {...}";
  }
  /// Whose field a value at this depth is, or nobody's.
  Values* owner() {
    if (depth_ == 1) return &sale;
    return depth_ == 3 && in_lines_ ? &lines.back() : nullptr;
  }
  /// `wrong`: what it is instead of a text or number.
  bool value(std::string text, char const* wrong) {
    if (depth_ == 2 && in_lines_) bad_line("is no object");
    auto* const values = owner();
    if (values == nullptr) return true;
    if (depth_ == 1 && key_ == "lines") return stop("lines: is no list; write [{\"sku\":...},...]");
    for (std::size_t n = 0; n < kFields; ++n) {
      if (key_ == kNames[n]) return set(*values, n, std::move(text), wrong);
    }
    return true;
  }
  bool set(Values& values, std::size_t field, std::string text, char const* wrong) {
    auto const complain = [&](std::string const& what) {
      if (values.complaint.empty()) values.complaint = std::string(kNames[field]) + ": " + what;
    };
    if (wrong != nullptr) complain(std::string("is ") + wrong + "; write a text or a number");
    if (values.given[field]) complain("is there twice; keep one");
    values.given[field] = true;
    values.text[field] = std::move(text);
    return true;
  }

  std::string key_;
  std::size_t depth_ = 0;
  bool is_object_ = false;
  bool in_lines_ = false;
};

/// Hands the rows of one line to the sink.
class SaleLine {
 public:
  SaleLine(std::string const& name, std::uint64_t number, RowSink& sink) : name_(name), number_(number), sink_(sink) {}

  void take(std::string_view line) {
    SaleHandler handler;
    bool const parsed = nlohmann::json::sax_parse(line.begin(), line.end(), &handler);
    if (!parsed) return refuse(handler.problem.empty() ? "is no JSON" : handler.problem);
    if (!handler.is_object()) return refuse("is no object; write {\"basket_id\":...} on a line");
    if (!handler.has_lines) return row(handler.sale, handler.sale, {});
    if (!handler.sale.complaint.empty()) return refuse(handler.sale.complaint);
    std::size_t n = 0;
    for (auto const& item : handler.lines) row(handler.sale, item, "lines[" + std::to_string(n++) + "].");
  }
  void refuse(std::string const& complaint) {
    sink_.bad().count_row();
    sink_.bad().add(name_, number_, complaint);
  }

 private:
  /// The fields of `item`, and those of `sale` where the item does not say.
  void row(Values const& sale, Values const& item, std::string const& within) {
    if (!item.complaint.empty()) return refuse(within + item.complaint);
    auto const text = [&](Field field) { return item.given[field] ? item.text[field] : sale.text[field]; };
    std::string const basket = text(kBasket);
    std::string const customer = text(kCustomer);
    std::string const time = text(kTime);
    SaleText row;
    row.basket = basket;
    row.customer = customer;
    row.time = time;
    row.sku = item.text[kSku];
    row.quantity = item.text[kQuantity];
    row.price = item.text[kPrice];
    row.line = number_;
    row.within = within;
    sink_.bad().count_row();
    sink_.row(row, {});
  }

  std::string const& name_;
  std::uint64_t number_;
  RowSink& sink_;
};

/// Whether what begins so is the whole file in one list.
bool is_list_of_objects(std::string_view line) {
  if (line[0] != '[') return false;
  auto const next = line.find_first_not_of(" \t\r", 1);
  return next == std::string_view::npos || line[next] == '{';
}

}  // namespace

Result<void> read_jsonl_rows(ByteSource& source, std::string const& name, RowSink& sink) {
  LineSource lines(source, kLongestLine);
  std::string_view line;
  bool first = true;
  for (;;) {
    auto const more = lines.next(line);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
    auto const begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) continue;
    if (std::exchange(first, false) && is_list_of_objects(line.substr(begin))) {
      return fail(Code::invalid, name + ':' + std::to_string(lines.number()) +
                                     ": is one JSON list; write one object a line, like jq -c '.[]' does");
    }
    SaleLine sale(name, lines.number(), sink);
    if (lines.too_long())
      sale.refuse("is longer than " + std::to_string(kLongestLine) + " bytes; is a line end missing?");
    else
      sale.take(line);
  }
}

}  // namespace tillcue::models
