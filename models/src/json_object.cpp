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

void JsonObject::finish() {
  for (auto const& [key, value] : object_->items()) {
    if (std::find(taken_.begin(), taken_.end(), key) != taken_.end()) continue;
    std::string known;
    for (auto const& name : taken_) known += (known.empty() ? "" : ", ") + name;
    problem(key, "is no field known here; known are " + known);
  }
}

}  // namespace tillcue::models
