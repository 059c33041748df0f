#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {

/// A JSON number as it was written, so that no decimal is lost on the way.
struct NumberText {
  std::string text;
};

/// A list or an object. Of a list of flat objects, as `usual` is one, the members are kept; of anything else only that
/// it was there.
struct Nested {
  struct Member {
    std::size_t element = 0;
    std::string name;
    std::variant<NumberText, std::string> value;
  };
  std::vector<Member> members;
  std::size_t elements = 0;
  bool flat = true;  ///< a list of objects that hold texts and numbers only
};

using FieldValue = std::variant<std::monostate, bool, NumberText, std::string, Nested>;

struct Field {
  std::string name;
  FieldValue value;
};

/// The members of one JSON object in their order. Nested values of unknown fields are read over.
/// Errors  invalid (not one JSON object, not UTF-8, a member repeated, more than kMaxFields, deeper than kMaxDepth).
class LineFields {
 public:
  static constexpr std::size_t kMaxFields = 32;
  static constexpr std::size_t kMaxDepth = 8;

  static Result<LineFields> read(std::string_view line);

  [[nodiscard]] FieldValue const* find(std::string_view name) const noexcept;

  /// Each reads one member; the optional ones take null for absent.
  /// Errors  invalid, naming the field, what it must be and the limit.
  [[nodiscard]] Result<std::string> text(std::string_view name, std::size_t max_bytes) const;
  [[nodiscard]] Result<std::optional<std::string>> optional_text(std::string_view name, std::size_t max_bytes) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(std::string_view name, std::int64_t least,
                                                                     std::int64_t most) const;
  /// A decimal with up to three places, in thousandths.
  [[nodiscard]] Result<std::optional<std::int64_t>> optional_milli(std::string_view name, std::int64_t most) const;
  /// A list of {sku, share} with a share of 0 to 1 and at most three decimals; empty when absent.
  [[nodiscard]] Result<std::vector<UsualSku>> usual(std::string_view name, std::size_t most) const;
  [[nodiscard]] Result<bool> flag(std::string_view name, bool otherwise) const;

 private:
  friend class FieldReader;
  std::vector<Field> fields_;
};

}  // namespace tillcue::pos
