#include "json_object.hpp"

#include <algorithm>
#include <cstdio>

#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

nlohmann::json const kEmpty = nlohmann::json::object();

std::string plain(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

std::string range(double least, double most) { return plain(least) + " to " + plain(most); }

/// A value as the file has it, cut to what fits a line.
std::string shown(nlohmann::json const& value) {
  auto text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > 60) text = value.type_name();
  return text;
}

std::string listed(std::span<std::string_view const> words) {
  std::string text;
  for (auto const word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

}  // namespace

JsonObject::JsonObject(Json const& object, std::string path, std::vector<std::string>& problems)
    : object_(object.is_object() ? &object : &kEmpty), path_(std::move(path)), problems_(&problems) {
  if (!object.is_object()) {
    problems_->push_back((path_.empty() ? "/" : path_) + ": is " + object.type_name() + "; write an object {...}");
  }
}

void JsonObject::problem(std::string_view key, std::string const& what) { problems_->push_back(at(key) + ": " + what); }

JsonObject::Json const* JsonObject::take(std::string_view key) {
  taken_.emplace_back(key);
  auto const found = object_->find(key);
  return found == object_->end() ? nullptr : &*found;
}

bool JsonObject::require(std::string_view key) {
  if (object_->contains(key)) return true;
  problem(key, "is missing; it is needed");
  return false;
}

std::optional<std::int64_t> JsonObject::whole(std::string_view key, std::int64_t least, std::int64_t most) {
  auto const* const value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) {
    problem(key, std::string("is ") + value->type_name() + "; write a whole number");
    return std::nullopt;
  }
  bool const huge = value->is_number_unsigned() && value->get<std::uint64_t>() > 0x7FFF'FFFF'FFFF'FFFFULL;
  auto const number = huge ? 0 : value->get<std::int64_t>();
  if (huge || number < least || number > most) {
    problem(key, "is " + value->dump() + "; allowed are " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return number;
}

std::optional<double> JsonObject::real(std::string_view key, double least, double most) {
  auto const* const value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    problem(key, std::string("is ") + value->type_name() + "; write a number");
    return std::nullopt;
  }
  auto const number = value->get<double>();
  if (!(number >= least && number <= most)) {
    problem(key, "is " + value->dump() + "; allowed are " + range(least, most));
    return std::nullopt;
  }
  return number;
}

void JsonObject::text(std::string_view key, std::size_t most, std::string& out) {
  auto const* const value = take(key);
  if (value == nullptr) return;
  if (!value->is_string()) {
    problem(key, std::string("is ") + value->type_name() + "; write a text in quotes");
    return;
  }
  auto const& words = value->get_ref<std::string const&>();
  if (words.size() > most) {
    problem(key, "is longer than " + std::to_string(most) + " bytes; shorten it");
  } else if (!is_clean_text(words)) {
    problem(key, "holds a line end, tab or other control character; write one line");
  } else {
    out = words;
  }
}

void JsonObject::texts(std::string_view key, std::vector<std::string>& out) {
  auto const* const value = take(key);
  if (value == nullptr) return;
  if (!value->is_array()) {
    problem(key, std::string("is ") + value->type_name() + "; write a list [...] of texts");
    return;
  }
  for (std::size_t n = 0; n < value->size(); ++n) {
    auto const& entry = (*value)[n];
    if (entry.is_string()) {
      out.push_back(entry.get<std::string>());
    } else {
      problem(std::string(key) + "/" + std::to_string(n),
              std::string("is ") + entry.type_name() + "; write a text in quotes");
    }
  }
}

void JsonObject::boolean(std::string_view key, bool& out) {
  auto const* const value = take(key);
  if (value == nullptr) return;
  if (value->is_boolean())
    out = value->get<bool>();
  else
    problem(key, std::string("is ") + value->type_name() + "; write true or false");
}

std::optional<std::size_t> JsonObject::word(std::string_view key, std::span<std::string_view const> words) {
  auto const* const value = take(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    auto const found = std::find(words.begin(), words.end(), value->get_ref<std::string const&>());
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  }
  problem(key, "is " + shown(*value) + "; write one of " + listed(words));
  return std::nullopt;
}

std::optional<std::uint32_t> JsonObject::word_set(std::string_view key, std::span<std::string_view const> words) {
  auto const* const list = array(key);
  if (list == nullptr) return std::nullopt;
  std::uint32_t mask = 0;
  bool good = true;
  for (std::size_t n = 0; n < list->size(); ++n) {
    auto const& entry = (*list)[n];
    auto const found =
        entry.is_string() ? std::find(words.begin(), words.end(), entry.get_ref<std::string const&>()) : words.end();
    if (found != words.end()) {
      mask |= 1U << static_cast<unsigned>(found - words.begin());
      continue;
    }
    good = false;
    problem(std::string(key) + "/" + std::to_string(n), "is " + shown(entry) + "; write one of " + listed(words));
  }
  if (mask == 0 && good) problem(key, "is empty; leave the field out, or name one of " + listed(words));
  return mask == 0 ? std::nullopt : std::optional(mask);
}

JsonObject::Json const* JsonObject::array(std::string_view key) {
  auto const* const value = take(key);
  if (value == nullptr || value->is_array()) return value;
  problem(key, std::string("is ") + value->type_name() + "; write a list [...]");
  return nullptr;
}

void JsonObject::finish() {
  for (auto const& [key, value] : object_->items()) {
    if (std::find(taken_.begin(), taken_.end(), key) != taken_.end()) continue;
    std::string known;
    for (auto const& name : taken_) known += (known.empty() ? "" : ", ") + name;
    problem(key, "is no field known here; known are " + known);
  }
}

}  // namespace tillcue::models
