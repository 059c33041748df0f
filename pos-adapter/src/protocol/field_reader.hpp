#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "protocol/line_fields.hpp"

namespace tillcue::pos {

/// Receives the parser's events for one flat object and stops it at the first breach of a limit.
class FieldReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit FieldReader(std::vector<Field>& out) : out_(&out) {}
  [[nodiscard]] std::string const& breach() const noexcept { return breach_; }

  bool null() override { return take({}); }
  bool boolean(bool value) override { return take(value); }
  bool number_integer(number_integer_t value) override { return take(NumberText{std::to_string(value)}); }
  bool number_unsigned(number_unsigned_t value) override { return take(NumberText{std::to_string(value)}); }
  bool number_float(number_float_t, string_t const& text) override { return take(NumberText{text}); }
  bool string(string_t& value) override { return take(std::move(value)); }
  bool binary(binary_t&) override { return refuse("binary values are not JSON"); }
  bool start_object(std::size_t) override { return depth_ == 0 ? open() : nested(Opened::object); }
  bool start_array(std::size_t) override { return depth_ == 0 ? not_an_object() : nested(Opened::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, std::string const& last, nlohmann::detail::exception const& error) override;

 private:
  enum class Opened : std::uint8_t { object, list };

  bool take(FieldValue value);
  void take_inside(FieldValue value);
  bool nested(Opened what);
  bool open();
  bool close() { return --depth_, true; }
  bool refuse(std::string why) { return breach_ = std::move(why), false; }
  bool not_an_object() { return refuse("a message is one JSON object: {\"type\":...}"); }

  std::vector<Field>* out_;
  std::string name_;
  std::string inner_name_;  ///< of a member of an object in a list
  std::string breach_;
  std::size_t depth_ = 0;
};

}  // namespace tillcue::pos
