#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "sample_store.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models::sample {
namespace {

// group | English brands | Russian brands
constexpr std::string_view kBrands = R"(
farm|Meadowbell,Old Mill,Tilly's Choice,Hillcrest|Луговица,Старая мельница,Каждый день,Холмы
bakery|Oven & Oak,Tilly's Choice,Three Ears|Печь и дуб,Каждый день,Три колоска
meat|Brook Farm,Tilly's Choice,Smokehouse 12|Ферма у ручья,Каждый день,Коптильня 12
sea|Blue Cove,Captain Lund|Синяя бухта,Капитан Лунд
pasta|Bella Nora,Tilly's Choice,Casa Lunga|Белла Нора,Каждый день,Каса Лунга
pantry|Amber Pot,Tilly's Choice,Southwind,Granny Lou|Янтарный горшок,Каждый день,Южный ветер,Бабушка Лу
hot|Kettle Lane,Morning Rook,Tilly's Choice,Altura|Чайный переулок,Утренний грач,Каждый день,Альтура
sweet|Cocoa Fern,Honeybee & Co,Tilly's Choice,Marlow|Какао-папоротник,Пчёлка,Каждый день,Марлоу
snack|Crackle,Salty Dog,Tilly's Choice|Хрустик,Солёный пёс,Каждый день
drink|Fizzle,Clearspring,Tilly's Choice,Sunpress|Шипучка,Ясный ключ,Каждый день,Солнечный пресс
bar|Harbour Brew,Stag & Barley,Villa Corvo|Портовое,Олень и ячмень,Вилла Корво
smoke|Westline,Nordic|Вестлайн,Нордик
clean|Brightly,Pure Leaf,Tilly's Choice|Светлица,Чистый лист,Каждый день
paper|Softcloud,Tilly's Choice|Облачко,Каждый день
care|Silva,Fresh Fern,Tilly's Choice|Сильва,Свежий папоротник,Каждый день
baby|Little Acorn,Mimi|Жёлудёнок,Мими
pet|Whiskers Bay,Good Boy|Усатый залив,Хороший мальчик
ice|Polar Pan,Tilly's Choice,Gelateria Rosa|Полюс,Каждый день,Джелатерия Роза
tech|Voltia,Tilly's Choice|Вольтия,Каждый день
)";

// English category | Russian category, the order of the lines below
constexpr std::string_view kCategories = R"(
bread|Bread & bakery|Хлеб и выпечка
milk|Milk & cream|Молоко и сливки
cheese|Cheese|Сыры
yoghurt|Yoghurt & desserts|Йогурты и десерты
eggs|Eggs & butter|Яйца и масло
fruit|Fruit|Фрукты
veg|Vegetables|Овощи
meat|Meat & poultry|Мясо и птица
fish|Fish|Рыба
deli|Deli|Колбасы и закуски
pasta|Pasta & rice|Макароны и крупы
sauce|Sauces|Соусы
cans|Canned food|Консервы
oil|Oil & spices|Масла и специи
baking|Baking|Для выпечки
cereal|Breakfast cereals|Сухие завтраки
hot|Coffee & tea|Кофе и чай
sweets|Sweets & chocolate|Сладости и шоколад
snacks|Snacks|Снеки
drinks|Water & soft drinks|Вода и напитки
juice|Juice|Соки
bar|Beer & wine|Пиво и вино
smoke|Tobacco|Табак
clean|Cleaning|Бытовая химия
paper|Paper goods|Бумажные товары
care|Personal care|Уход и гигиена
baby|Baby food|Детское питание
pet|Pet food|Корма для животных
frozen|Frozen|Замороженные продукты
home|Batteries & lights|Батарейки и свет
till|At the till|Касса
)";

// id | category | English | Russian | price | cost % | brand group:how many | size:price factor,... | marks
// marks: w weighed, s summer, c cold season, a age restricted, n not for sale, 2..6 pieces at once
constexpr std::string_view kLines = R"(
coffee|hot|Ground coffee|Кофе молотый|5.49|62|hot:2|250 g:1,500 g:1.8|
coffeebean|hot|Coffee beans|Кофе в зёрнах|9.99|64|hot:2|500 g:1,1 kg:1.85|
instant|hot|Instant coffee|Кофе растворимый|4.79|60|hot:3|100 g:1,200 g:1.8|
blacktea|hot|Black tea|Чай чёрный|2.69|55|hot:3|25 bags:0.6,100 bags:1.7|c
greentea|hot|Green tea|Чай зелёный|2.89|55|hot:2|25 bags:0.6,100 bags:1.7|c
cocoa|hot|Cocoa powder|Какао-порошок|3.29|58|sweet:2|150 g:1|c
whitebread|bread|White bread|Хлеб белый|1.49|60|bakery:3|400 g:1|
ryebread|bread|Rye bread|Хлеб ржаной|1.79|58|bakery:3|500 g:1|
toast|bread|Toast bread|Хлеб тостовый|1.69|60|bakery:2|350 g:0.8,500 g:1|
baguette|bread|Baguette|Багет|1.29|55|bakery:2|250 g:1|2
rolls|bread|Bread rolls|Булочки|1.99|55|bakery:2|6 pcs:1|
croissant|bread|Butter croissant|Круассан с маслом|1.19|52|bakery:2|70 g:1|4
burgerbuns|bread|Burger buns|Булочки для бургеров|1.89|57|bakery:2|4 pcs:1|s
milk|milk|Milk 3.2 %|Молоко 3,2 %|1.19|78|farm:4|0.5 l:0.6,1 l:1|3
lightmilk|milk|Milk 1.5 %|Молоко 1,5 %|1.15|78|farm:3|1 l:1|2
oatdrink|milk|Oat drink|Овсяный напиток|2.29|66|farm:2|1 l:1|2
cream|milk|Cooking cream 10 %|Сливки 10 %|1.09|65|farm:2|200 ml:1,500 ml:2.1|
whipcream|milk|Whipping cream 33 %|Сливки для взбивания 33 %|1.89|65|farm:2|250 ml:1|
sourcream|milk|Sour cream 20 %|Сметана 20 %|1.39|66|farm:3|200 g:0.7,400 g:1.2|
kefir|milk|Kefir 2.5 %|Кефир 2,5 %|1.09|70|farm:3|0.5 l:0.7,1 l:1.1|
gouda|cheese|Gouda slices|Сыр гауда нарезка|2.79|68|farm:3|150 g:1,300 g:1.8|
cheddar|cheese|Cheddar|Сыр чеддер|3.29|68|farm:2|200 g:1|
mozzarella|cheese|Mozzarella|Моцарелла|1.39|66|farm:3|125 g:1|3
parmesan|cheese|Hard cheese, grated|Твёрдый сыр тёртый|3.49|63|farm:2|100 g:1|
feta|cheese|Salad cheese|Сыр для салата|2.49|65|farm:2|200 g:1|s
creamcheese|cheese|Cream cheese|Творожный сыр|1.99|64|farm:3|150 g:1,300 g:1.7|
brie|cheese|Brie|Сыр бри|3.19|62|farm:2|150 g:1|
yoghurt|yoghurt|Natural yoghurt|Йогурт натуральный|0.89|68|farm:3|150 g:0.7,500 g:1.8|4
fruityoghurt|yoghurt|Strawberry yoghurt|Йогурт клубничный|0.79|66|farm:3|150 g:1|6
curd|yoghurt|Curd cheese 5 %|Творог 5 %|1.59|68|farm:3|200 g:1|2
pudding|yoghurt|Chocolate pudding|Пудинг шоколадный|0.99|60|sweet:2|150 g:1|4
eggs|eggs|Free-range eggs|Яйца куриные|2.99|72|farm:3|10 pcs:1,6 pcs:0.7|
butter|eggs|Butter 82 %|Масло сливочное 82 %|2.79|75|farm:4|200 g:1|2
margarine|eggs|Margarine|Маргарин|1.49|66|farm:2|250 g:1|
banana|fruit|Bananas|Бананы|1.79|68|-|1 kg:1|w
apple|fruit|Red apples|Яблоки красные|2.29|62|-|1 kg:1|w
greenapple|fruit|Green apples|Яблоки зелёные|2.39|62|-|1 kg:1|w
orange|fruit|Oranges|Апельсины|2.19|63|-|1 kg:1|wc
tangerine|fruit|Tangerines|Мандарины|2.79|63|-|1 kg:1|wc
lemon|fruit|Lemons|Лимоны|2.99|60|-|1 kg:1|w
grapes|fruit|Seedless grapes|Виноград без косточек|3.49|64|-|1 kg:1|ws
strawberry|fruit|Strawberries|Клубника|4.49|66|-|250 g:1,500 g:1.8|s
avocado|fruit|Avocado|Авокадо|1.39|62|-|1 pc:1|2
tomato|veg|Tomatoes|Помидоры|3.29|62|-|1 kg:1|w
cherrytomato|veg|Cherry tomatoes|Помидоры черри|2.49|60|-|250 g:1|s
cucumber|veg|Cucumbers|Огурцы|2.39|60|-|1 kg:1|w
potato|veg|Potatoes|Картофель|1.19|60|-|1 kg:1|w
carrot|veg|Carrots|Морковь|0.99|58|-|1 kg:1|w
onion|veg|Onions|Лук репчатый|0.89|58|-|1 kg:1|w
garlic|veg|Garlic|Чеснок|0.79|55|-|100 g:1|
pepper|veg|Sweet peppers|Перец сладкий|3.99|62|-|1 kg:1|w
salad|veg|Mixed salad leaves|Салатная смесь|1.99|58|farm:2|125 g:1|s
mushroom|veg|Mushrooms|Шампиньоны|2.29|60|-|250 g:0.7,500 g:1.2|
beetroot|veg|Beetroot|Свёкла|0.99|57|-|1 kg:1|w
cabbage|veg|White cabbage|Капуста белокочанная|0.89|57|-|1 kg:1|w
herbs|veg|Dill and parsley|Укроп и петрушка|1.09|52|-|60 g:1|
chicken|meat|Chicken breast fillet|Филе куриной грудки|6.49|74|meat:3|500 g:0.6,1 kg:1.1|
wings|meat|Chicken wings|Крылышки куриные|3.99|72|meat:2|800 g:1|s
mince|meat|Beef and pork mince|Фарш домашний|5.29|74|meat:3|500 g:1|
steak|meat|Beef steak|Стейк говяжий|8.99|73|meat:2|300 g:1|s
pork|meat|Pork neck|Шейка свиная|6.79|74|meat:2|700 g:1|
sausages|meat|Grill sausages|Колбаски для гриля|4.29|68|meat:3|400 g:1|s
salmon|fish|Smoked salmon|Лосось копчёный|5.99|70|sea:2|150 g:1|
whitefish|fish|Cod fillet|Филе трески|7.49|72|sea:2|400 g:1|
herring|fish|Herring in oil|Сельдь в масле|2.49|66|sea:2|250 g:1|
ham|deli|Cooked ham|Ветчина|2.69|66|meat:3|150 g:1,300 g:1.8|
salami|deli|Salami|Салями|2.49|64|meat:3|100 g:1|
frank|deli|Frankfurters|Сосиски|2.99|67|meat:3|400 g:1|
bacon|deli|Bacon|Бекон|2.59|66|meat:2|150 g:1|
hummus|deli|Hummus|Хумус|2.19|58|pantry:2|200 g:1|
olives|deli|Green olives|Оливки зелёные|1.89|60|pantry:2|160 g:1|
spaghetti|pasta|Spaghetti|Спагетти|1.29|58|pasta:3|500 g:1,1 kg:1.8|2
penne|pasta|Penne|Пенне|1.29|58|pasta:3|500 g:1|2
lasagne|pasta|Lasagne sheets|Листы для лазаньи|1.79|58|pasta:2|500 g:1|
rice|pasta|Long-grain rice|Рис длиннозёрный|1.99|60|pantry:3|900 g:1|
buckwheat|pasta|Buckwheat|Гречка|1.59|60|pantry:3|900 g:1|
tomatosauce|sauce|Tomato sauce|Соус томатный|1.89|56|pasta:3|400 g:1|
pesto|sauce|Basil pesto|Песто с базиликом|2.59|57|pasta:2|190 g:1|
ketchup|sauce|Ketchup|Кетчуп|1.79|57|pantry:3|350 g:0.8,570 g:1.1|
mayo|sauce|Mayonnaise|Майонез|1.69|58|pantry:3|400 ml:1|
mustard|sauce|Mustard|Горчица|1.09|54|pantry:2|200 g:1|
bbq|sauce|Barbecue sauce|Соус барбекю|2.19|57|pantry:2|280 g:1|s
soysauce|sauce|Soy sauce|Соевый соус|2.29|57|pantry:2|250 ml:1|
salsa|sauce|Salsa dip|Соус сальса|2.09|56|snack:2|200 g:1|
corn|cans|Sweet corn|Кукуруза|1.09|58|pantry:3|340 g:1|2
peas|cans|Green peas|Горошек зелёный|0.99|58|pantry:3|400 g:1|2
beans|cans|Red beans|Фасоль красная|1.09|58|pantry:2|400 g:1|2
tuna|cans|Tuna in water|Тунец в собственном соку|1.99|64|sea:2|160 g:1|3
tomatocan|cans|Chopped tomatoes|Томаты резаные|0.99|57|pasta:3|400 g:1|2
sunoil|oil|Sunflower oil|Масло подсолнечное|1.99|70|pantry:3|1 l:1|
oliveoil|oil|Olive oil extra virgin|Масло оливковое|7.49|70|pasta:3|500 ml:1,1 l:1.85|
vinegar|oil|Wine vinegar|Уксус винный|1.59|55|pantry:2|500 ml:1|
salt|oil|Sea salt|Соль морская|0.69|50|pantry:2|1 kg:1|
blackpepper|oil|Black pepper|Перец чёрный|1.49|50|pantry:2|50 g:1|
currypowder|oil|Curry powder|Карри|1.39|50|pantry:2|40 g:1|
flour|baking|Wheat flour|Мука пшеничная|0.99|64|pantry:3|1 kg:1,2 kg:1.8|
sugar|baking|Sugar|Сахар|1.09|72|pantry:2|1 kg:1|
yeast|baking|Dry yeast|Дрожжи сухие|0.59|52|pantry:2|10 g:1|2
vanilla|baking|Vanilla sugar|Ванильный сахар|0.49|50|pantry:2|15 g:1|3
bakechoc|baking|Baking chocolate|Шоколад для выпечки|1.79|58|sweet:2|150 g:1|c
muesli|cereal|Fruit muesli|Мюсли с фруктами|3.29|60|pantry:3|500 g:1|
cornflakes|cereal|Corn flakes|Кукурузные хлопья|2.69|60|pantry:3|375 g:1|
oats|cereal|Rolled oats|Овсяные хлопья|1.29|60|pantry:3|500 g:1|c
jam|cereal|Strawberry jam|Варенье клубничное|2.39|58|pantry:3|340 g:1|
honey|cereal|Flower honey|Мёд цветочный|4.49|62|sweet:2|250 g:0.7,500 g:1.2|c
hazelspread|cereal|Hazelnut spread|Ореховая паста|3.79|64|sweet:3|400 g:1|
milkchoc|sweets|Milk chocolate|Шоколад молочный|1.29|58|sweet:4|100 g:1|3
darkchoc|sweets|Dark chocolate|Шоколад тёмный|1.59|58|sweet:3|100 g:1|2
biscuits|sweets|Butter biscuits|Печенье сливочное|1.69|58|sweet:3|200 g:1|
gummies|sweets|Fruit gummies|Мармелад жевательный|1.19|55|sweet:3|200 g:1|
gingerbread|sweets|Gingerbread|Пряники|1.89|57|sweet:2|300 g:1|c
gum|sweets|Chewing gum|Жевательная резинка|0.99|52|sweet:2|14 g:1|
crisps|snacks|Potato crisps|Чипсы картофельные|1.79|56|snack:3|90 g:0.7,150 g:1.1|3
tortilla|snacks|Tortilla chips|Чипсы кукурузные|1.99|56|snack:2|200 g:1|2
peanuts|snacks|Salted peanuts|Арахис солёный|1.69|58|snack:3|200 g:1|
pretzel|snacks|Salt pretzels|Крендельки солёные|1.29|55|snack:2|180 g:1|
popcorn|snacks|Popcorn|Попкорн|1.49|54|snack:2|100 g:1|
water|drinks|Still water|Вода негазированная|0.59|52|drink:3|0.5 l:0.8,1.5 l:1.1|6
sparkling|drinks|Sparkling water|Вода газированная|0.65|52|drink:3|0.5 l:0.8,1.5 l:1.1|6
cola|drinks|Cola|Кола|1.39|58|drink:3|0.5 l:0.7,1.5 l:1.2|4
lemonade|drinks|Lemonade|Лимонад|1.19|57|drink:3|1.5 l:1|3s
icetea|drinks|Iced tea, peach|Холодный чай с персиком|1.29|57|drink:2|1.5 l:1|3s
tonic|drinks|Tonic water|Тоник|1.19|56|drink:2|1 l:1|2
orangejuice|juice|Orange juice|Сок апельсиновый|2.19|62|drink:3|1 l:1|2
applejuice|juice|Apple juice|Сок яблочный|1.79|61|drink:3|1 l:1|2
tomatojuice|juice|Tomato juice|Сок томатный|1.89|61|drink:2|1 l:1|
lager|bar|Lager beer|Пиво светлое|1.19|66|bar:2|0.5 l:1|6a
ale|bar|Dark ale|Пиво тёмное|1.49|66|bar:2|0.5 l:1|4a
redwine|bar|Red wine|Вино красное|6.49|66|bar:1|0.75 l:1|2a
whitewine|bar|White wine|Вино белое|6.29|66|bar:1|0.75 l:1|2a
cigarettes|smoke|Cigarettes|Сигареты|7.90|92|smoke:2|20 pcs:1|2a
dishsoap|clean|Dish soap|Средство для посуды|1.79|55|clean:3|500 ml:1|
detergent|clean|Laundry detergent|Стиральный порошок|6.99|60|clean:3|1.5 kg:1,3 kg:1.8|
softener|clean|Fabric softener|Кондиционер для белья|3.29|57|clean:2|1 l:1|
allcleaner|clean|All-purpose cleaner|Универсальный очиститель|2.49|55|clean:3|750 ml:1|
sponges|clean|Kitchen sponges|Губки для посуды|1.09|48|clean:2|5 pcs:1|
binbags|clean|Bin bags|Мешки для мусора|1.79|50|clean:2|30 l, 20 pcs:1,60 l, 10 pcs:1.2|
toiletpaper|paper|Toilet paper|Туалетная бумага|3.49|64|paper:2|4 rolls:0.6,8 rolls:1|
kitchenroll|paper|Kitchen roll|Бумажные полотенца|2.29|62|paper:2|2 rolls:1|
tissues|paper|Tissues|Носовые платки|1.29|58|paper:2|10 packs:1|c
napkins|paper|Napkins|Салфетки|1.09|54|paper:2|50 pcs:1|
shampoo|care|Shampoo|Шампунь|3.29|55|care:3|400 ml:1|
showergel|care|Shower gel|Гель для душа|2.29|54|care:3|250 ml:1|
toothpaste|care|Toothpaste|Зубная паста|1.99|54|care:3|75 ml:1|
toothbrush|care|Toothbrush|Зубная щётка|2.49|50|care:2|1 pc:1|
soap|care|Hand soap|Мыло жидкое|1.59|53|care:2|300 ml:1|
babypuree|baby|Fruit purée for babies|Пюре фруктовое детское|1.19|64|baby:2|130 g:1|6
babycereal|baby|Baby cereal|Каша детская|2.79|64|baby:2|250 g:1|
nappies|baby|Nappies|Подгузники|9.49|72|baby:2|44 pcs:1|
wipes|baby|Baby wipes|Влажные салфетки детские|1.89|58|baby:2|72 pcs:1|2
catfood|pet|Cat food, chicken|Корм для кошек с курицей|0.69|62|pet:2|85 g:1|6
catlitter|pet|Cat litter|Наполнитель для кошек|4.99|60|pet:1|5 l:1|
dogfood|pet|Dog food, beef|Корм для собак с говядиной|1.49|62|pet:2|400 g:1|4
dogtreats|pet|Dog treats|Лакомство для собак|2.29|56|pet:1|150 g:1|
pizza|frozen|Pizza Margherita|Пицца Маргарита|3.29|62|ice:2|350 g:1|3
frozenpeas|frozen|Vegetable mix|Овощная смесь|2.19|61|ice:2|450 g:1|
dumplings|frozen|Meat dumplings|Пельмени|4.29|66|ice:3|800 g:1|c
fries|frozen|Oven fries|Картофель фри|2.49|60|ice:2|750 g:1|
icecream|frozen|Vanilla ice cream|Мороженое ванильное|3.49|58|ice:3|500 ml:1|s
icecone|frozen|Ice cream cone|Мороженое рожок|1.39|55|ice:2|110 ml:1|4s
batteries|home|Batteries AA|Батарейки AA|3.99|52|tech:2|4 pcs:1|
bulb|home|LED bulb E27|Лампа светодиодная E27|3.49|52|tech:2|9 W:1|
candles|home|Tea lights|Свечи чайные|1.99|50|tech:1|30 pcs:1|c
bag|till|Carrier bag|Пакет|0.15|40|-|1 pc:1|n
deposit|till|Bottle deposit|Залог за бутылку|0.25|100|-|1 pc:1|n
)";

using Fields = std::vector<std::string>;

Fields split(std::string_view text, char separator) {
  Fields parts;
  for (;;) {
    auto const end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<Fields> rows_of(std::string_view table) {
  std::vector<Fields> rows;
  for (auto const& line : split(table, '\n')) {
    if (!line.empty()) rows.push_back(split(line, '|'));
  }
  return rows;
}

std::string in_russian(std::string size) {
  static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {" ml", " мл"}, {" l", " л"},          {" kg", " кг"},      {" g", " г"},       {" pcs", " шт"},
      {" pc", " шт"}, {" bags", " пакетов"}, {" rolls", " рул."}, {" packs", " уп."}, {" W", " Вт"}};
  for (auto const& [en, ru] : kUnits) {
    auto const at = size.find(en);
    auto const end = at + en.size();
    if (at != std::string::npos && (end == size.size() || size[end] == ',')) size.replace(at, en.size(), ru);
  }
  for (auto& c : size) c = c == '.' ? ',' : c;
  return size;
}

/// 1.794 -> 1.79: shelf prices end in 9.
std::int64_t shelf_price(double minor) {
  auto const price = static_cast<std::int64_t>(minor);
  return price < 50 ? price : price / 10 * 10 + 9;
}

struct Size {
  std::string text;
  double factor;
};

/// "30 l, 20 pcs:1,60 l, 10 pcs:1.2": a size may hold a comma, its factor ends it.
std::vector<Size> sizes_of(std::string_view text) {
  std::vector<Size> sizes;
  while (!text.empty()) {
    auto const colon = text.find(':');
    auto const end = std::min(text.find(',', colon), text.size());
    auto const factor = parse_decimal(text.substr(colon + 1, end - colon - 1), 3);
    sizes.push_back({std::string(text.substr(0, colon)), static_cast<double>(factor.value_or(1000)) / 1000});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sizes;
}

class Shelves {
 public:
  Shelves() {
    for (auto const& row : rows_of(kBrands)) {
      auto const english = split(row[1], ',');
      auto const russian = split(row[2], ',');
      for (std::size_t n = 0; n < english.size(); ++n) brands_[row[0]].push_back({english[n], russian[n]});
    }
    for (auto const& row : rows_of(kCategories)) categories_[row[0]] = {row[1], row[2]};
    for (auto const& row : rows_of(kLines)) add_line(row);
  }
  Assortment take() { return std::move(out_); }

 private:
  void add_line(Fields const& row) {
    Line line;
    line.id = row[0];
    line.category = categories_.at(row[1]);
    line.name = {row[2], row[3]};
    for (char const mark : row[8]) {
      if (mark == 'w') line.weighed = true;
      if (mark == 's') line.season = Season::summer;
      if (mark == 'c') line.season = Season::winter;
      if (mark == 'a') line.flags = "age_restricted";
      if (mark == 'n') line.flags = "not_for_sale";
      if (mark >= '2' && mark <= '6') line.most_pieces = static_cast<std::size_t>(mark - '0');
    }
    auto const price = static_cast<double>(parse_decimal(row[4], 2).value_or(100));
    auto const cost = static_cast<double>(parse_decimal(row[5], 0).value_or(60)) / 100;
    auto const brand = split(row[6], ':');
    auto const brands = brand[0] == "-" ? std::vector<Words>{{}} : brands_.at(brand[0]);
    auto const wanted = brand.size() > 1 ? static_cast<std::size_t>(brand[1][0] - '0') : 1;
    for (std::size_t n = 0; n < wanted; ++n) {
      for (auto const& size : sizes_of(row[7])) add_product(line, brands[n], size, price, cost, n);
    }
    out_.lines.push_back(std::move(line));
  }

  void add_product(Line& line, Words const& brand, Size const& size, double price, double cost, std::size_t place) {
    static constexpr double kBrandFactor[] = {1.0, 1.12, 0.82, 1.3};
    Product product;
    auto const number = out_.products.size() + 1;
    product.sku = std::to_string(1000 + number);
    // 2xx is GS1's range for use within a company: no real product has these.
    auto const digits = "299" + std::to_string(100'000'000 + number * 7919 % 900'000'000);
    product.gtin = digits + gtin_check_digit(digits);
    product.flags = line.flags;
    product.brand = brand;
    product.category = line.category;
    product.size = {size.text, in_russian(size.text)};
    product.name = {(brand.en.empty() ? "" : brand.en + " ") + line.name.en + " " + size.text,
                    line.name.ru + (brand.ru.empty() ? "" : " «" + brand.ru + "»") + " " + product.size.ru};
    bool const plain = line.flags == "not_for_sale";
    product.price_minor =
        plain ? static_cast<std::int64_t>(price) : shelf_price(price * size.factor * kBrandFactor[place]);
    product.cost_minor = static_cast<std::int64_t>(static_cast<double>(product.price_minor) * cost);
    product.appeal = 1.0 / static_cast<double>(1 + place + line.products.size() % 2);
    product.line = static_cast<std::uint32_t>(out_.lines.size());
    line.products.push_back(static_cast<std::uint32_t>(out_.products.size()));
    out_.products.push_back(std::move(product));
  }

  std::map<std::string, std::vector<Words>> brands_;
  std::map<std::string, Words> categories_;
  Assortment out_;
};

}  // namespace

std::uint32_t Assortment::line(std::string_view id) const {
  auto const found = std::find_if(lines.begin(), lines.end(), [&](Line const& line) { return line.id == id; });
  if (found == lines.end()) {
    std::fprintf(stderr, "sample: no product line '%.*s'\n", static_cast<int>(id.size()), id.data());
    std::abort();
  }
  return static_cast<std::uint32_t>(found - lines.begin());
}

Assortment make_assortment() { return Shelves().take(); }

}  // namespace tillcue::models::sample
