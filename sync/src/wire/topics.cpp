#include "tillcue/sync/topics.hpp"

#include <charconv>

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

namespace {

std::optional<TopicParts> parse_chunk(std::string_view rest) {
  auto const slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto const object = Sha256::parse(rest.substr(0, slash));
  auto const digits = rest.substr(slash + 1);
  TopicParts parts{.kind = TopicKind::chunk, .name = {}, .object = {}, .index = 0};
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
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<TopicParts> Topics::parse(std::string_view topic) const {
  if (topic.substr(0, prefix_.size()) != prefix_) return std::nullopt;
  topic.remove_prefix(prefix_.size());
  if (topic.size() < 3 || topic[1] != '/') return std::nullopt;
  auto const kind = kind_of(topic[0]);
  auto const rest = topic.substr(2);
  if (!kind) return std::nullopt;
  if (*kind == TopicKind::chunk) return parse_chunk(rest);
  if (!is_topic_name(rest)) return std::nullopt;
  return TopicParts{.kind = *kind, .name = rest, .object = {}, .index = 0};
}

}  // namespace tillcue::sync
