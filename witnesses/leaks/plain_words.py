"""Words that tell nothing by themselves: they are passed over, or count only beside another part of a name. Pure."""

from typing import Final

from cases.folding import fold


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


# Said before a name; no part of it.
TITLES: Final = _folded(
    """
    سید سیده حاج حاجی حاجیه میرزا مشهدی کربلایی شیخ دکتر مهندس آقا آقای خانم استاد شهید ملا آیت الله حجت الاسلام
    seyed seyyed sayyid sayyed sayed syed haj haji hajj hajji hajieh mirza mashhadi karbalaei sheikh shaikh shaykh
    dr doctor mr mrs ms miss prof professor eng sir agha aqa khanom khanum mullah ayatollah
    al el ol bin ibn bint van von de der la le du di da
    """
)
# Who somebody is to the witness, where kin are written down.
RELATIONS: Final = _folded(
    """
    پدر مادر برادر خواهر همسر شوهر زن فرزند پسر دختر عمو عمه دایی خاله پدربزرگ مادربزرگ نوه داماد عروس نام او اش
    father mother brother sister husband wife spouse partner child son daughter uncle aunt cousin grandfather
    grandmother grandson granddaughter nephew niece in law his her their my name named called younger older elder
    eldest youngest late the of
    """
)
# They end a family name, or begin one, and are written apart as often as joined.
ENDINGS: Final = _folded(
    """
    زاده نژاد پور نیا فر فرد منش خواه دوست پرست زادگان یان آبادی
    zadeh zade zada zadah nejad nezhad nejhad pour poor pur nia niya far fard manesh khah doust doost parast zadegan
    abadi
    """
)
BEGINNINGS: Final = _folded("پور میر عبد عبدال pour poor pur mir abd abdol abdul")
# Given names of so many that alone, or two of them together, they tell nobody apart.
GIVEN: Final = _folded(
    """
    محمد علی حسین حسن رضا مهدی احمد محمود ابراهیم اسماعیل اکبر اصغر عباس جعفر جواد حمید مجید سعید مسعود ناصر کاظم
    قاسم هادی مرتضی مصطفی مجتبی یوسف موسی عیسی داود داوود رسول امیر اسد الله عبدالله علیرضا محمدرضا غلامرضا حمیدرضا
    غلام محمدعلی امیرحسین محمدحسین بهرام بهروز فرهاد فریدون ایرج پرویز منصور صادق باقر تقی نقی یعقوب کریم رحیم
    فاطمه زهرا مریم زینب معصومه صدیقه خدیجه طاهره اعظم اکرم اشرف لیلا مینا سارا نرگس نسرین شهلا پروین مهین ناهید
    mohammad muhammad mohammed mohamad ali hossein hosein hussein hassan hasan reza mehdi mahdi ahmad ahmed mahmoud
    ebrahim ibrahim esmail akbar asghar abbas jafar javad hamid majid saeed said masoud naser kazem ghasem hadi
    morteza mostafa yousef mousa davoud rasoul amir abdollah alireza mohammadreza gholamreza hamidreza gholam bahram
    behrouz farhad fereydoun iraj parviz mansour sadegh karim rahim fatemeh fatima zahra maryam zeinab masoumeh
    khadijeh tahereh azam akram leila mina sara narges nasrin shahla parvin nahid
    john david michael james robert william thomas mary anna maria peter paul mark
    """
)
# Family names, places and words of every page, which alone point at nobody.
ALONE: Final = GIVEN | _folded(
    """
    محمدی حسینی احمدی رضایی مرادی حیدری کریمی موسوی جعفری صادقی رحیمی هاشمی اکبری علیزاده ابراهیمی نوری قاسمی عباسی
    محمودی رستمی صالحی امینی سلیمانی کاظمی یوسفی مهدوی شریفی نجفی باقری زارعی اسدی جمشیدی طاهری میرزایی حسنی علوی
    تهرانی اصفهانی شیرازی تبریزی مشهدی کرمانی یزدی قمی همدانی اراکی گیلانی مازندرانی کردی خراسانی خوزستانی لاجوردی
    mohammadi hosseini ahmadi rezaei moradi heydari karimi mousavi jafari sadeghi rahimi hashemi akbari alizadeh
    ebrahimi nouri ghasemi abbasi mahmoudi rostami salehi amini soleimani kazemi yousefi mahdavi sharifi najafi
    bagheri zarei asadi jamshidi taheri mirzaei hasani alavi tehrani esfahani shirazi tabrizi mashhadi kermani yazdi
    smith jones brown green white black young king khan
    امید آزاد آزادی بهار نور ایران ایرانی سحر آرزو پیام پیمان ایمان صبا نسیم شادی آرمان پژمان سپیده ستاره شبنم باران
    دریا رویا مهر شاهد شهادت عدالت حقیقت انتظار جهان روشن نیکو امین امان سالار سرور منشی کاتب معلم پزشک وکیل قاضی
    omid azad azadi bahar nour iran irani sahar payam peyman iman saba nasim shadi arman sepideh setareh baran
    dadgar adel amin hope dawn rose grace faith
    تهران اوین گوهردشت کرج اصفهان شیراز مشهد تبریز اهواز رشت قم کرمانشاه همدان یزد کرمان سمنان ارومیه سنندج
    tehran evin gohardasht karaj isfahan esfahan shiraz mashhad tabriz ahvaz rasht qom kermanshah hamadan germany
    berlin london paris stockholm sweden france turkey ankara istanbul canada toronto
    """
)
# Words of every sentence: never heard as another spelling of a name.
SENTENCE: Final = _folded(
    """
    و در به از که این آن را با است برای بود شد شده می یا تا هم بر هر اما اگر یک دو سه او ما شما آنها خود بی نه
    کرد کرده کند شود نیز پس پیش روز سال ماه ساعت شب صبح بعد قبل همه هیچ چند کسی چه چرا کجا دیگر بند اتاق زندان دادگاه
    حکم نام پدر فرزند متولد اعدام زندانی پاسدار هیات هیئت عفو کار خانه شهر روی زیر راه باز سر دست رو
    a an the and or of to in on at by for from with as is are was were be been being am not no nor but if so than
    then that this these those there here it its he him his she her hers they them their we us our you your i me my
    who whom whose which what when where why how all any each few more most other some such only own same too very can
    will just should now had has have having do does did done said say says see saw seen go went come came one two
    three four five six seven eight nine ten day days year years month months hour time night man men woman women name
    names page file made make may must might shall would could about after again against before between both down
    during into off out over under up upon while also because until through once ward cell prison court judge guard
    letter room house home case law rule rules rose rise raise raised race road read ready real role roll rail rule
    note notes none nine noon sun son sin seen soon sea say so us use used see saw car care core cure here hair hour
    mean main man mine moon name near new nor now
    """
)
# Words of every address.
ADDRESS: Final = _folded(
    """
    خیابان کوچه بلوار میدان پلاک واحد طبقه شماره بن‌بست بزرگراه شهرک مجتمع ساختمان نبش خ ک پ محله منطقه استان شهر
    اتوبان جاده
    street st road rd avenue ave lane ln alley square sq boulevard blvd strasse straße str weg platz allee no number
    nr flat apt apartment unit floor block building house suite room city district rue calle via highway
    khiaban khiyaban xiaban kucheh kuche koocheh kooche koucheh kouche bolvar boulvar meydan meidan maidan pelak plak
    plaque vahed tabagheh tabaqe shomareh bonbast bozorgrah shahrak mojtama sakhteman nabsh mahalleh mantagheh
    """
)
# Words of addresses that are translated as often as spelled. One word of each row stands for the others.
_TRANSLATED: Final = (
    "شمالی north northern shomali", "جنوبی south southern jonubi jonoubi", "شرقی east eastern sharghi sharqi",
    "غربی west western gharbi qarbi", "اول first 1st avval", "دوم second 2nd dovom", "سوم third 3rd sevom",
    "شهید shahid martyr", "بالا upper bala", "پایین lower paein",
)  # fmt: skip
TRANSLATED: Final = {fold(word): fold(row.split()[0]) for row in _TRANSLATED for word in row.split()}
# What forms and tables say before a name or between its parts.
FIELD: Final = _folded(
    """
    نام خانوادگی شهرت فامیلی فامیل کوچک اسم
    name names first last given family sur surname forename firstname lastname fullname middle full fname lname
    vorname nachname
    """
)
# Single letters that are words, or stand before names in other ways than as initials: "a", "I", "Republic v Karimi".
NO_INITIALS: Final = frozenset("aivx")
# Family names that are words of every English page.
ENGLISH: Final = _folded(
    "brown green white black young king hope dawn rose grace faith amin khan major long may"
)
# After these a free text gives a name.
KIN: Final = _folded(
    """
    پدر مادر برادر خواهر همسر شوهر فرزند پسر دختر عمو عمه دایی خاله پدربزرگ مادربزرگ نوه داماد عروس دوست
    وکیل همکار همسایه
    father mother brother sister husband wife spouse partner son daughter uncle aunt cousin grandfather grandmother
    nephew niece friend lawyer colleague neighbour neighbor
    """
)
# Said before a day of birth.
BORN: Final = _folded("متولد تولد زاده ولادت born birth dob birthdate birthday geboren geb né née")
# Between somebody's given name and the father's.
CHILD: Final = _folded("فرزند پسر دختر ابن بن بنت son daughter bin ibn bint ben")
# What is said about reaching somebody, and no name.
NO_NAMES: Final = ADDRESS | _folded(
    """
    تماس بگیرید بگیر گرفته زنگ بزنید پیام بدهید تلفن موبایل شماره واتساپ تلگرام سیگنال ایمیل فقط ساکن مقیم اهل تهران کرج
    صحبت تلفنی خانگی قدیمی دوستی کاری محلی
    signal telegram whatsapp email mail phone mobile only call ask via through monday tuesday wednesday thursday friday
    saturday sunday january february march april june july august september october november december
    """
)
# Places of birth of so many that they point at nobody.
PLACES: Final = _folded(
    """
    ایران تهران مشهد اصفهان شیراز تبریز کرج اهواز قم کرمانشاه ارومیه رشت زاهدان همدان کرمان یزد اردبیل بندرعباس اراک
    اسلامشهر زنجان سنندج قزوین خرم‌آباد گرگان ساری بجنورد ایلام بوشهر بیرجند شهرکرد یاسوج سمنان آمل بابل دزفول آبادان
    خرمشهر کاشان سبزوار نیشابور ساوه مراغه خوی مهاباد بوکان سقز مریوان بروجرد ملایر لرستان فارس خوزستان گیلان مازندران
    گلستان کردستان آذربایجان خراسان سیستان بلوچستان هرمزگان لاهیجان انزلی رامسر چالوس دامغان شاهرود تربت گنبد کابل هرات
    عراق بغداد نجف کربلا افغانستان ترکیه آلمان
    iran tehran teheran mashhad isfahan esfahan shiraz tabriz karaj ahvaz ahwaz qom ghom kermanshah urmia orumiyeh rasht
    zahedan hamadan hamedan kerman yazd ardabil ardebil bandarabbas arak eslamshahr zanjan sanandaj qazvin ghazvin
    khorramabad gorgan sari bojnord ilam bushehr birjand shahrekord yasuj semnan amol babol dezful abadan khorramshahr
    kashan sabzevar neyshabur nishapur saveh maragheh khoy mahabad bukan saqqez marivan borujerd malayer lorestan fars
    khuzestan gilan mazandaran golestan kurdistan kordestan azerbaijan khorasan sistan baluchestan hormozgan lahijan
    anzali ramsar chalus damghan shahroud kabul herat iraq baghdad najaf karbala afghanistan turkey germany
    """
)
