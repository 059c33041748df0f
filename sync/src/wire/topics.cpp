#include "tillcue/sync/topics.hpp"

#include <charconv>
#include <iterator>
#include <utility>

#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

bool is_topic_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxIdentifier) return false;
  for (char const c : name) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '_' && c != '.' && c != ':') return false;
  }
  return true;
}

bool is_head_office_name(std::string_view name) noexcept { return name == "hq" || name.starts_with("hq-"); }

namespace {

constexpr std::string_view kScopes[] = {"all", "group", "store", "terminal"};

Result<Scope> scope_of(std::string_view text, char separator) {
  if (text == "all") return Scope{};
  auto const end = text.find(separator);
  auto const name = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  for (std::size_t n = 1; n < std::size(kScopes); ++n) {
    if (text.substr(0, end) == kScopes[n] && is_topic_name(name)) {
      return Scope{static_cast<Scope::Kind>(n), std::string(name)};
    }
  }
  return fail(Code::invalid, "scope \"" + std::string(text.substr(0, 2 * kMaxIdentifier)) +
                                 "\": must be all, group:NAME, store:NAME or terminal:NAME");
}

}  // namespace

std::string Scope::text() const {
  if (kind == Kind::all) return "all";
  return std::string(kScopes[static_cast<std::size_t>(kind)]) + ":" + name;
}

Result<Scope> Scope::parse(std::string_view text) { return scope_of(text, ':'); }

namespace {

std::optional<TopicParts> parse_chunk(std::string_view rest) {
  auto const slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto const object = Sha256::parse(rest.substr(0, slash));
  auto const digits = rest.substr(slash + 1);
  TopicParts parts{.kind = TopicKind::chunk, .name = {}, .scope = {}, .object = {}, .index = 0};
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts.index);
  bool const whole = error == std::errc{} && end == digits.data() + digits.size();
  bool const canonical = digits.size() == 1 || (!digits.empty() && digits.front() != '0');
  if (!object || !whole || !canonical || parts.index >= kMaxChunks) return std::nullopt;
  parts.object = *object;
  return parts;
}

std::optional<TopicKind> kind_of(char letter) noexcept {
  switch (letter) {
    case 'm':
      return TopicKind::manifest;
    case 'c':
      return TopicKind::chunk;
    case 'r':
      return TopicKind::results;
    case 'a':
      return TopicKind::ack;
    case 's':
      return TopicKind::state;
    case 'q':
      return TopicKind::request;
    case 'l':
      return TopicKind::live;
    case 'f':
      return TopicKind::config;
    case 'k':
      return TopicKind::keys;
    case 'h':
      return TopicKind::held;
    default:
      return std::nullopt;
  }
}

bool is_word(TopicKind kind) noexcept {
  return kind == TopicKind::live || kind == TopicKind::config || kind == TopicKind::keys;
}

}  // namespace

std::string Topics::word(TopicKind kind, Scope const& scope) const {
  char const letter = kind == TopicKind::live ? 'l' : kind == TopicKind::config ? 'f' : 'k';
  auto path = scope.text();
  // A level of its own for the name: brokers put a client's name into a whole level of their rules only.
  if (scope.kind != Scope::Kind::all) path[path.find(':')] = '/';
  return prefix_ + letter + "/" + path;
}

std::optional<TopicParts> Topics::parse(std::string_view topic) const {
  if (topic.substr(0, prefix_.size()) != prefix_) return std::nullopt;
  topic.remove_prefix(prefix_.size());
  if (topic.size() < 3 || topic[1] != '/') return std::nullopt;
  auto const kind = kind_of(topic[0]);
  auto const rest = topic.substr(2);
  if (!kind) return std::nullopt;
  if (*kind == TopicKind::chunk) return parse_chunk(rest);
  if (is_word(*kind)) {
    auto scope = scope_of(rest, '/');
    if (!scope) return std::nullopt;
    return TopicParts{.kind = *kind, .name = {}, .scope = std::move(*scope), .object = {}, .index = 0};
  }
  if (!is_topic_name(rest)) return std::nullopt;
  return TopicParts{.kind = *kind, .name = rest, .scope = {}, .object = {}, .index = 0};
}

}  // namespace tillcue::sync
