#include <nlohmann/json.hpp>

#include "tillcue/pos/layout_learner.hpp"
#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::json;
using Complaint = std::optional<std::string>;

Complaint read_columns(Json const& value, std::optional<ColumnSpan>& out) {
  bool const fine = value.is_array() && value.size() == 2 && value[0].is_number_unsigned() &&
                    value[1].is_number_unsigned() && value[0] < value[1] && value[1] <= 200;
  if (!fine) return "must be two columns [from, to), counted from 0, such as [0, 18]";
  out = ColumnSpan{value[0].get<unsigned>(), value[1].get<unsigned>()};
  return {};
}

Complaint read_words(Json const& value, std::vector<std::string>& out) {
  if (!value.is_array() || value.size() > 50) return "must be a list of at most 50 words";
  for (auto const& word : value) {
    if (!word.is_string() || word.get<std::string>().empty() || word.get<std::string>().size() > 60) {
      return "must be a list of words in quotes, 60 bytes each at most";
    }
    out.push_back(word.get<std::string>());
  }
  return {};
}

Complaint read_text(Json const& value, std::string& out) {
  if (!value.is_string() || value.get<std::string>().size() > 60) return "must be a text in quotes, 60 bytes at most";
  out = value.get<std::string>();
  return {};
}

Complaint read_table(Json const& value, std::optional<CodeTable>& out) {
  auto const table = find_code_table(value.is_string() ? value.get_ref<std::string const&>() : std::string());
  if (!table) return table.error().what;
  out = *table;
  return {};
}

struct Field {
  std::string_view name;
  Complaint (*read)(ReceiptLayout&, Json const&);
};
constexpr Field kFields[] = {
    {"name", [](ReceiptLayout& l, Json const& v) { return read_text(v, l.name); }},
    {"name_columns", [](ReceiptLayout& l, Json const& v) { return read_columns(v, l.name_at); }},
    {"quantity_columns", [](ReceiptLayout& l, Json const& v) { return read_columns(v, l.quantity_at); }},
    {"price_columns", [](ReceiptLayout& l, Json const& v) { return read_columns(v, l.unit_at); }},
    {"total_columns", [](ReceiptLayout& l, Json const& v) { return read_columns(v, l.total_at); }},
    {"code_table", [](ReceiptLayout& l, Json const& v) { return read_table(v, l.code_table); }},
    {"items_after", [](ReceiptLayout& l, Json const& v) { return read_text(v, l.items_after); }},
    {"items_before", [](ReceiptLayout& l, Json const& v) { return read_text(v, l.items_before); }},
    {"total_words", [](ReceiptLayout& l, Json const& v) { return read_words(v, l.total_words); }},
    {"tender_words", [](ReceiptLayout& l, Json const& v) { return read_words(v, l.tender_words); }},
    {"ignore_words", [](ReceiptLayout& l, Json const& v) { return read_words(v, l.ignore_words); }},
    {"not_sale_words", [](ReceiptLayout& l, Json const& v) { return read_words(v, l.not_sale_words); }},
};

std::string known_fields() {
  std::string out;
  for (auto const& field : kFields) out += (out.empty() ? "" : ", ") + std::string(field.name);
  return out;
}

}  // namespace

Result<ReceiptLayout> parse_layout(std::string_view json, std::string_view name) {
  if (json.size() > 64 * 1024) return fail(Code::invalid, std::string(name) + ": larger than 64 KiB");
  auto const root = Json::parse(json, nullptr, false, true);
  if (!root.is_object()) return fail(Code::invalid, std::string(name) + ": must be one JSON object { }");
  ReceiptLayout layout;
  std::string wrong;
  auto const complain = [&](std::string const& field, std::string const& what) {
    wrong += (wrong.empty() ? "" : "\n") + std::string(name) + ": " + field + ": " + what;
  };
  for (auto const& [key, value] : root.items()) {
    Field const* found = nullptr;
    for (auto const& field : kFields) {
      if (field.name == key) found = &field;
    }
    if (found == nullptr) {
      complain(key, "is not a known field; there are " + known_fields());
    } else if (auto const complaint = found->read(layout, value)) {
      complain(key, *complaint);
    }
  }
  bool const placed = layout.name_at || layout.total_at || layout.unit_at || layout.quantity_at;
  if (placed && !(layout.name_at && layout.total_at)) {
    complain("name_columns", "goes together with total_columns; give both or declare no columns");
  }
  if (!wrong.empty()) return fail(Code::invalid, wrong);
  return layout;
}

std::string layout_json(ReceiptLayout const& layout) {
  Json out = {{"name", layout.name}};
  auto const columns = [&](char const* field, std::optional<ColumnSpan> const& at) {
    if (at) out[field] = {at->from, at->to};
  };
  auto const text = [&](char const* field, std::string const& value) {
    if (!value.empty()) out[field] = value;
  };
  auto const words = [&](char const* field, std::vector<std::string> const& list) {
    if (!list.empty()) out[field] = list;
  };
  columns("name_columns", layout.name_at);
  columns("quantity_columns", layout.quantity_at);
  columns("price_columns", layout.unit_at);
  columns("total_columns", layout.total_at);
  if (layout.code_table) out["code_table"] = name(*layout.code_table);
  text("items_after", layout.items_after);
  text("items_before", layout.items_before);
  words("total_words", layout.total_words);
  words("tender_words", layout.tender_words);
  words("ignore_words", layout.ignore_words);
  words("not_sale_words", layout.not_sale_words);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace tillcue::pos
