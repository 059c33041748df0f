#include "words.hpp"

#include <algorithm>
#include <iterator>

namespace tillcue::sync {
namespace {

constexpr WordKind kKinds[] = {WordKind::live, WordKind::config, WordKind::keys};

WordKind kind_of(TopicKind kind) noexcept {
  for (auto const word : kKinds) {
    if (topic_of(word) == kind) return word;
  }
  return WordKind::keys;
}

}  // namespace

Words::Words(AgentPorts& ports)
    : ports_(ports), backoff_(ports.options.retry_first, ports.options.retry_most, ports.options.seed + 5) {}

std::vector<std::string> Words::filters() const {
  std::vector<std::string> filters;
  if (!ports_.callbacks.on_word) return filters;
  auto const& options = ports_.options;
  Scope const scopes[] = {{Scope::Kind::all, {}},
                          {Scope::Kind::group, options.group},
                          {Scope::Kind::store, options.store},
                          {Scope::Kind::terminal, options.terminal.value}};
  for (auto const& scope : scopes) {
    if (!follows(scope)) continue;
    filters.push_back(ports_.topics.word(TopicKind::live, scope));
    filters.push_back(ports_.topics.word(TopicKind::config, scope));
  }
  filters.push_back(ports_.topics.word(TopicKind::keys, Scope{}));
  return filters;
}

bool Words::follows(Scope const& scope) const {
  switch (scope.kind) {
    case Scope::Kind::all:
      return true;
    case Scope::Kind::group:
      return scope.name == ports_.options.group && is_topic_name(scope.name);
    case Scope::Kind::store:
      return scope.name == ports_.options.store && is_topic_name(scope.name);
    case Scope::Kind::terminal:
      break;
  }
  return scope.name == ports_.options.terminal.value;
}

void Words::on_connected() {
  if (!ports_.callbacks.holding) return;
  due_ = ports_.now();
  tell();
}

void Words::on_lost() {
  ++attempt_;
  due_ = SteadyTime::max();
}

Result<Word> Words::accept(TopicParts const& topic, std::string_view payload) const {
  auto const body = unseal(ports_.keys, payload, kMaxWord);
  if (!body) return tl::unexpected(body.error());
  auto word = decode_word(*body);
  if (!word) return word;
  auto const refuse = [&](std::string const& why) {
    return fail(Code::rejected,
                held_name(word->kind, word->scope) + " word " + std::to_string(word->number) + " " + why);
  };
  if (word->chain != ports_.options.chain) return refuse("is for chain \"" + word->chain + "\"");
  bool const addressed = topic_of(word->kind) == topic.kind && word->scope == topic.scope;
  if (!addressed || !follows(word->scope)) return refuse("came on a topic it was not written for");
  return word;
}

/// Errors  as Callbacks::on_word; rejected (replay, expired).
Result<void> Words::take(Word const& word) {
  auto const name = held_name(word.kind, word.scope) + " word " + std::to_string(word.number);
  auto const held = ports_.callbacks.held_number ? ports_.callbacks.held_number(word.kind, word.scope) : 0;
  // The retained word comes with every connect.
  if (word.number == held) return {};
  if (word.number < held) return fail(Code::rejected, name + " is not above " + std::to_string(held) + ": replayed");
  auto const now = std::chrono::duration_cast<std::chrono::seconds>(ports_.callbacks.clock().wall.time_since_epoch());
  if (word.expires <= now.count()) {
    return fail(Code::rejected, name + " has expired: HQ must say it again, or this clock is wrong");
  }
  auto const taken = word.kind == WordKind::keys ? believe(word) : ports_.callbacks.on_word(word);
  if (!taken) return tl::unexpected(taken.error().within(name));
  ++ports_.status.words;
  return {};
}

Result<void> Words::believe(Word const& word) {
  auto const content = decode_keys(word.content, word.chain);
  if (!content) return tl::unexpected(content.error());
  if (auto kept = ports_.callbacks.on_word(word); !kept) return kept;
  KeyRing ring;
  for (auto const& entry : content->keys) ring.pin(entry.key);
  ports_.keys = std::move(ring);
  ports_.keys_changed = true;
  return {};
}

void Words::on_word(TopicParts const& topic, std::string_view payload) {
  if (!ports_.callbacks.on_word || payload.empty()) return;
  auto const name = held_name(kind_of(topic.kind), topic.scope);
  auto const word = accept(topic, payload);
  auto const taken = word ? take(*word) : Result<void>(tl::unexpected(word.error()));
  if (!taken) {
    ++ports_.status.words_refused;
    refused_[name] = taken.error().what;
    ports_.report(taken.error(), Concern::words);
  } else {
    refused_.erase(name);
    if (refused_.empty()) ports_.over(Concern::words);
  }
  changed();
}

void Words::changed() {
  if (!ports_.status.connected || !ports_.callbacks.holding) return;
  due_ = std::min(due_, std::max(ports_.now(), told_at_ + ports_.options.held_pause));
  if (ports_.now() >= due_) tell();
}

void Words::tick() {
  if (ports_.now() >= due_ && ports_.status.connected) tell();
}

void Words::tell() {
  due_ = SteadyTime::max();
  told_at_ = ports_.now();
  auto held = ports_.callbacks.holding();
  held.terminal = ports_.options.terminal;
  held.at = ports_.callbacks.clock().wall;
  held.group = ports_.options.group;
  held.store = ports_.options.store;
  held.refused.insert(refused_.begin(), refused_.end());
  held.keys = ports_.keys.ids();
  auto message = encode_held(held);
  if (!message) return ports_.report(message.error(), Concern::words);
  auto const attempt = ++attempt_;
  ports_.link.publish({ports_.topics.held(ports_.options.terminal), std::move(*message), true},
                      ports_.on_thread([this, attempt](Result<void> const& done) {
                        if (done) return backoff_.reset();
                        if (attempt != attempt_ || !ports_.status.connected) return;
                        ports_.report(done.error().within("held"), Concern::words);
                        due_ = ports_.now() + backoff_.next();
                      }));
}

}  // namespace tillcue::sync
