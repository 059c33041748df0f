#define _POSIX_C_SOURCE 200809L

#include "tillcue/till_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "till_json.h"
#include "till_line.h"

enum { MOST_SALES = 8, FIRST_RETRY = 250, LAST_RETRY = 8000, PING_AFTER = 60000, PATIENCE = 15000 };

typedef struct {
  uint32_t number;
  int64_t quantity, price;
  char sku[65];
  char* name; /* may be NULL */
} sale_line;

enum { SALE_FREE = 0, SALE_OPEN, SALE_FINISHED, SALE_VOIDED };

/* A sale as the terminal is to know it: all that is needed to tell it anew. */
typedef struct {
  int state;
  char name[65], customer[65];
  sale_line* lines;
  size_t line_count;
  int tendered;
  int64_t total;
  int64_t closing_id; /* of the message that closed it, as last sent */
} sale_record;

struct till_client {
  till_line line;
  char till[65], software[201];
  sale_record sales[MOST_SALES]; /* at most one open; the others are closed, but the terminal has not said so */
  int64_t next_id, hello_id;
  int64_t retold_from, retold_to; /* ids of what was told anew: its refusals are no news */
  int greeted, was_greeted;
  int64_t retry_at, retry_after, heard_at, asked_at;
  char error[160];
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int failed(till_client* client, int code, char const* why) {
  snprintf(client->error, sizeof client->error, "%s", why);
  return code;
}

static int fits(char const* text, size_t least, size_t most) {
  if (text == NULL) return 0;
  size_t const size = strlen(text);
  if (size < least || size > most) return 0;
  for (; *text != '\0'; ++text) {
    if ((unsigned char)*text < 0x20 || *text == 0x7F) return 0;
  }
  return 1;
}

/* ---- what is said */

static int64_t end_message(till_client* client) {
  till_json_number(&client->line.out, "id", client->next_id);
  till_json_end(&client->line.out);
  return client->next_id++;
}

static int64_t say(till_client* client, char const* type, char const* sale) {
  till_json_begin(&client->line.out, type);
  if (sale != NULL) till_json_string(&client->line.out, "sale", sale);
  return end_message(client);
}

static void say_begin(till_client* client, sale_record const* sale) {
  till_json_begin(&client->line.out, "begin");
  till_json_string(&client->line.out, "sale", sale->name);
  till_json_raw(&client->line.out, "resume", "true");
  end_message(client);
}

static void say_line(till_client* client, sale_record const* sale, sale_line const* line) {
  till_text* const out = &client->line.out;
  till_json_begin(out, "add");
  till_json_string(out, "sale", sale->name);
  till_json_number(out, "line", line->number);
  till_json_string(out, "sku", line->sku);
  till_json_milli(out, "quantity", line->quantity);
  if (line->price != TILL_ANY_PRICE) till_json_number(out, "price", line->price);
  if (line->name != NULL) till_json_string(out, "name", line->name);
  end_message(client);
}

static void say_customer(till_client* client, sale_record const* sale) {
  till_json_begin(&client->line.out, "customer");
  till_json_string(&client->line.out, "sale", sale->name);
  till_json_string(&client->line.out, "customer", sale->customer);
  end_message(client);
}

static void say_closing(till_client* client, sale_record* sale) {
  till_json_begin(&client->line.out, sale->state == SALE_FINISHED ? "finish" : "void");
  till_json_string(&client->line.out, "sale", sale->name);
  if (sale->state == SALE_FINISHED && sale->total != TILL_NO_TOTAL) {
    till_json_number(&client->line.out, "total", sale->total);
  }
  sale->closing_id = end_message(client);
}

/* A sale from its beginning. Lines set twice count once, so what the terminal knows already does no harm. */
static void tell_anew(till_client* client, sale_record* sale) {
  say_begin(client, sale);
  if (sale->customer[0] != '\0') say_customer(client, sale);
  for (size_t n = 0; n < sale->line_count; ++n) say_line(client, sale, &sale->lines[n]);
  if (sale->tendered) say(client, "tender", sale->name);
  if (sale->state != SALE_OPEN) say_closing(client, sale);
}

static void greet(till_client* client) {
  till_text* const out = &client->line.out;
  till_json_begin(out, "hello");
  till_json_number(out, "protocol", TILL_CLIENT_VERSION);
  till_json_string(out, "till", client->till);
  if (client->software[0] != '\0') till_json_string(out, "software", client->software);
  client->hello_id = end_message(client);
  client->retold_from = client->next_id;
  for (int n = 0; n < MOST_SALES; ++n) {
    if (client->sales[n].state >= SALE_FINISHED) tell_anew(client, &client->sales[n]);
  }
  for (int n = 0; n < MOST_SALES; ++n) {
    if (client->sales[n].state == SALE_OPEN) tell_anew(client, &client->sales[n]);
  }
  client->retold_to = client->next_id;
  client->greeted = 1;
  client->heard_at = now_ms();
  client->asked_at = client->heard_at;
}

/* ---- sales */

static void forget(sale_record* sale) {
  for (size_t n = 0; n < sale->line_count; ++n) free(sale->lines[n].name);
  free(sale->lines);
  memset(sale, 0, sizeof *sale);
}

static sale_record* open_sale(till_client* client) {
  for (int n = 0; n < MOST_SALES; ++n) {
    if (client->sales[n].state == SALE_OPEN) return &client->sales[n];
  }
  failed(client, TILL_E_STATE, "no sale is open: call till_begin first");
  return NULL;
}

static sale_line* find_line(sale_record* sale, uint32_t number) {
  for (size_t n = 0; n < sale->line_count; ++n) {
    if (sale->lines[n].number == number) return &sale->lines[n];
  }
  return NULL;
}

/* Sends at once what it can, and says whether there is a terminal that is to hear it now. */
static int heard(till_client* client) { return client->greeted && client->line.state == TILL_LINE_OPEN; }

static int sent(till_client* client) {
  if (heard(client) && !client->line.out.failed) till_line_work(&client->line);
  client->error[0] = '\0';
  return TILL_OK;
}

till_client* till_open(char const* where, char const* till, char const* software) {
  if (where == NULL || !fits(till, 1, 64) || (software != NULL && !fits(software, 0, 200))) return NULL;
  till_client* const client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  if (till_line_init(&client->line, where) != 0) {
    free(client);
    return NULL;
  }
  snprintf(client->till, sizeof client->till, "%s", till);
  snprintf(client->software, sizeof client->software, "%s", software == NULL ? "" : software);
  client->next_id = 1;
  client->retry_after = FIRST_RETRY;
  return client;
}

void till_close(till_client* client) {
  if (client == NULL) return;
  till_line_work(&client->line);
  till_line_close(&client->line, "");
  for (int n = 0; n < MOST_SALES; ++n) forget(&client->sales[n]);
  till_text_free(&client->line.out);
  till_text_free(&client->line.in);
  free(client);
}

int till_begin(till_client* client, char const* name) {
  if (!fits(name, 1, 64)) return failed(client, TILL_E_INVALID, "a sale's name has 1 to 64 bytes");
  sale_record* free_one = NULL;
  for (int n = 0; n < MOST_SALES; ++n) {
    sale_record* const sale = &client->sales[n];
    if (sale->state == SALE_OPEN)
      return failed(client, TILL_E_STATE, "a sale is open already: finish or void it first");
    if (sale->state == SALE_FREE && free_one == NULL) free_one = sale;
  }
  if (free_one == NULL) {
    /* The terminal has been away for long: the oldest sale is not told any more. */
    free_one = &client->sales[0];
    for (int n = 1; n < MOST_SALES; ++n) {
      if (client->sales[n].closing_id < free_one->closing_id) free_one = &client->sales[n];
    }
    forget(free_one);
  }
  free_one->state = SALE_OPEN;
  snprintf(free_one->name, sizeof free_one->name, "%s", name);
  if (heard(client)) say_begin(client, free_one);
  return sent(client);
}

int till_put(till_client* client, uint32_t number, char const* sku, int64_t quantity, int64_t price, char const* name) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  if (number == 0 || !fits(sku, 1, 64) || (name != NULL && !fits(name, 0, 200)) || quantity == 0 ||
      quantity > 1000000000 || quantity < -1000000000 ||
      (price != TILL_ANY_PRICE && (price > 1000000000000 || price < -1000000000000))) {
    return failed(client, TILL_E_INVALID, "line, sku, quantity, price or name is out of range: see PROTOCOL.md");
  }
  sale_line* line = find_line(sale, number);
  if (line == NULL) {
    if (sale->line_count == TILL_MAX_LINES) return failed(client, TILL_E_FULL, "the sale has 1000 lines");
    sale_line* const lines = realloc(sale->lines, (sale->line_count + 1) * sizeof *lines);
    if (lines == NULL) return failed(client, TILL_E_FULL, "out of memory");
    sale->lines = lines;
    line = &lines[sale->line_count++];
    memset(line, 0, sizeof *line);
  }
  line->number = number;
  line->quantity = quantity;
  line->price = price;
  snprintf(line->sku, sizeof line->sku, "%s", sku);
  free(line->name);
  line->name = name == NULL || name[0] == '\0' ? NULL : strdup(name);
  if (heard(client)) say_line(client, sale, line);
  return sent(client);
}

int till_remove(till_client* client, uint32_t number) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  sale_line* const line = find_line(sale, number);
  if (line == NULL) return failed(client, TILL_E_INVALID, "this line is not in the sale");
  free(line->name);
  size_t const behind = sale->line_count - (size_t)(line - sale->lines) - 1;
  memmove(line, line + 1, behind * sizeof *line);
  --sale->line_count;
  if (heard(client)) {
    till_json_begin(&client->line.out, "remove");
    till_json_string(&client->line.out, "sale", sale->name);
    till_json_number(&client->line.out, "line", number);
    end_message(client);
  }
  return sent(client);
}

int till_customer(till_client* client, char const* customer) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  if (customer != NULL && !fits(customer, 0, 64))
    return failed(client, TILL_E_INVALID, "a customer has at most 64 bytes");
  snprintf(sale->customer, sizeof sale->customer, "%s", customer == NULL ? "" : customer);
  if (heard(client)) say_customer(client, sale);
  return sent(client);
}

int till_subtotal(till_client* client) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  if (heard(client)) say(client, "subtotal", sale->name);
  return sent(client);
}

int till_tender(till_client* client) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  sale->tendered = 1;
  if (heard(client)) say(client, "tender", sale->name);
  return sent(client);
}

static int close_sale(till_client* client, int state, int64_t total) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  sale->state = state;
  sale->total = total;
  sale->closing_id = client->next_id;
  if (heard(client)) say_closing(client, sale);
  return sent(client);
}

int till_finish(till_client* client, int64_t total) {
  if (total != TILL_NO_TOTAL && (total > 1000000000000 || total < -1000000000000)) {
    return failed(client, TILL_E_INVALID, "total is out of range");
  }
  return close_sale(client, SALE_FINISHED, total);
}

int till_void(till_client* client) { return close_sale(client, SALE_VOIDED, TILL_NO_TOTAL); }

int till_answer(till_client* client, uint32_t offer, int accepted) {
  sale_record* const sale = open_sale(client);
  if (sale == NULL) return TILL_E_STATE;
  if (heard(client)) {
    till_json_begin(&client->line.out, accepted ? "accept" : "decline");
    till_json_string(&client->line.out, "sale", sale->name);
    till_json_number(&client->line.out, "offer", offer);
    end_message(client);
  }
  return sent(client);
}

/* ---- what is heard */

static void read_hints(till_value line, till_event* event) {
  static char const* const fields[] = {"sku", "name", "price", "discount", "script", "reason", "instead_of", "kind"};
  enum { FIELDS = sizeof fields / sizeof fields[0] };
  till_value const sale = till_json_field(line, "sale");
  till_value const stage = till_json_field(line, "stage");
  till_value const cards = till_json_field(line, "cards");
  till_value texts[TILL_MAX_CARDS][FIELDS], more[TILL_MAX_CARDS][TILL_MAX_MORE];
  for (; event->card_count < TILL_MAX_CARDS; ++event->card_count) {
    till_value const card = till_json_element(cards, (size_t)event->card_count);
    if (card.from == NULL) break;
    event->cards[event->card_count].offer = till_json_take_number(till_json_field(card, "offer"));
    for (int n = 0; n < FIELDS; ++n) texts[event->card_count][n] = till_json_field(card, fields[n]);
    till_value const extras = till_json_field(card, "more");
    for (size_t n = 0; n < TILL_MAX_MORE; ++n) more[event->card_count][n] = till_json_element(extras, n);
  }
  event->kind = TILL_HINTS;
  event->sale = till_json_take_string(sale);
  event->stage = till_json_take_string(stage);
  for (int c = 0; c < event->card_count; ++c) {
    till_card* const card = &event->cards[c];
    card->sku = till_json_take_string(texts[c][0]);
    card->name = till_json_take_string(texts[c][1]);
    card->price = till_json_take_string(texts[c][2]);
    card->discount = till_json_take_string(texts[c][3]);
    card->script = till_json_take_string(texts[c][4]);
    card->reason = till_json_take_string(texts[c][5]);
    card->instead_of = till_json_take_string(texts[c][6]);
    while (card->more_count < TILL_MAX_MORE && more[c][card->more_count].from != NULL) {
      card->more[card->more_count] = till_json_take_string(more[c][card->more_count]);
      ++card->more_count;
    }
    /* A kind that is not known is information. */
    char const* const kind = till_json_take_string(texts[c][7]);
    card->is_notice = kind[0] != '\0' && strcmp(kind, "suggestion") != 0;
  }
}

static void read_coupon(till_value line, till_event* event) {
  till_value const sale = till_json_field(line, "sale"), serial = till_json_field(line, "serial");
  till_value const text = till_json_field(line, "text"), fate = till_json_field(line, "fate");
  event->kind = TILL_COUPON;
  event->sale = till_json_take_string(sale);
  event->serial = till_json_take_string(serial);
  event->text = till_json_take_string(text);
  event->fate = till_json_take_string(fate);
}

/* The answer to a message: a closed sale is over, and a refusal is told unless it was one of what is told anew. */
static void read_answer(till_client* client, till_value line, int ok, till_event* event) {
  till_value const message = till_json_field(line, "message");
  int64_t const id = till_json_take_number(till_json_field(line, "id"));
  for (int n = 0; n < MOST_SALES; ++n) {
    sale_record* const sale = &client->sales[n];
    if (id != 0 && sale->state >= SALE_FINISHED && sale->closing_id == id) forget(sale);
  }
  if (id == client->hello_id && ok) {
    client->retry_after = FIRST_RETRY;
    client->was_greeted = 1;
    event->kind = TILL_CONNECTED;
    return;
  }
  if (ok || (id >= client->retold_from && id < client->retold_to)) return;
  event->kind = TILL_REFUSED;
  event->text = till_json_take_string(message);
  snprintf(client->error, sizeof client->error, "%s", event->text);
  /* A terminal that does not want to hear us is not to be asked again and again. */
  if (id == client->hello_id) client->retry_after = LAST_RETRY;
}

static void read_line(till_client* client, char* from, size_t size, till_event* event) {
  till_value const line = {from, from + size};
  till_value const type = till_json_field(line, "type");
  size_t const length = type.from == NULL ? 0 : (size_t)(type.to - type.from);
  if (length == 4 && memcmp(type.from, "\"ok\"", 4) == 0) {
    read_answer(client, line, 1, event);
  } else if (length == 7 && memcmp(type.from, "\"error\"", 7) == 0) {
    read_answer(client, line, 0, event);
  } else if (length == 7 && memcmp(type.from, "\"hints\"", 7) == 0) {
    read_hints(line, event);
  } else if (length == 8 && memcmp(type.from, "\"coupon\"", 8) == 0) {
    read_coupon(line, event);
  } else if (length == 8 && memcmp(type.from, "\"notice\"", 8) == 0) {
    event->kind = TILL_NOTICE;
    event->text = till_json_take_string(till_json_field(line, "text"));
  }
}

/* ---- the connection */

static void keep_alive(till_client* client, int64_t now) {
  if (now - client->heard_at >= PING_AFTER && client->asked_at <= client->heard_at) {
    say(client, "ping", NULL);
    client->asked_at = now;
  }
  if (client->asked_at > client->heard_at && now - client->asked_at >= PATIENCE) {
    till_line_close(&client->line, "the terminal does not answer");
  }
}

static void connect_when_due(till_client* client, int64_t now) {
  if (now < client->retry_at) return;
  client->retry_at = now + client->retry_after;
  if (client->retry_after < LAST_RETRY) client->retry_after *= 2;
  client->asked_at = now;
  till_line_connect(&client->line);
}

static void work(till_client* client) {
  int64_t const now = now_ms();
  if (client->line.state == TILL_LINE_CLOSED) connect_when_due(client, now);
  till_line_work(&client->line);
  if (client->line.state == TILL_LINE_CONNECTING && now - client->asked_at >= PATIENCE) {
    till_line_close(&client->line, "no connection in time");
  }
  if (client->line.state != TILL_LINE_OPEN) return;
  if (!client->greeted) greet(client);
  keep_alive(client, now);
  till_line_work(&client->line);
}

int till_poll(till_client* client, till_event* event) {
  memset(event, 0, sizeof *event);
  event->sale = event->stage = event->serial = event->fate = event->text = "";
  if (!(client->greeted && client->line.state == TILL_LINE_CLOSED)) work(client);
  size_t size = 0;
  for (char* line = till_line_next(&client->line, &size); line != NULL; line = till_line_next(&client->line, &size)) {
    client->heard_at = now_ms();
    read_line(client, line, size, event);
    if (event->kind != TILL_NOTHING) return 1;
  }
  if (!client->greeted || client->line.state != TILL_LINE_CLOSED) return 0;
  client->greeted = 0;
  snprintf(client->error, sizeof client->error, "%s", client->line.why);
  if (!client->was_greeted) return 0;
  client->was_greeted = 0;
  event->kind = TILL_LOST;
  event->text = client->line.why;
  return 1;
}

int till_descriptor(till_client const* client) { return client->line.descriptor; }
int till_is_connected(till_client const* client) { return client->was_greeted; }
char const* till_error(till_client const* client) {
  return client->error[0] != '\0' || client->line.state != TILL_LINE_CLOSED ? client->error : client->line.why;
}
