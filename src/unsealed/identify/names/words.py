"""Words that tell names from what only looks like one: titles, greetings, closings, organisations, places, days.

All written for this project, in lower case; what a case itself teaches (`lexicon.py`) comes on top.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES = _set("mr mrs ms miss mx dr prof professor sir madam herr frau mme mlle monsieur madame señor señora sr sra messrs")
"""Before a name; none of them is a part of it."""
AFTER = _set("jr sr ii iii iv phd md mba cpa esq pe dds rn cissp pmp llm jd bsc msc dphil mbe obe")
"""After a name; none of them is a part of it."""
PARTICLES = _set("van von der den de del della di da dos la le du bin al el ter ten zu af")
"""Small words inside of a family name."""
GREETINGS = _set("dear hi hello hey hiya morning afternoon evening bonjour hallo liebe lieber hola ciao greetings")
CLOSINGS = _set(
    "regards thanks thank sincerely cheers best yours rgds thx cordially love respectfully warmly truly faithfully tks"
)
"""One of them stands in the line before a signature, or in its front."""
LABELS = _set("from to cc bcc sent-by reply-to x-from x-to x-cc x-bcc von an de à para")
"""Of lines of a letter's header that name people."""
FIELDS = _set(
    "name contact patient customer client employee applicant attendee attendees guest passenger student beneficiary "
    "cardholder payee tenant insured claimant recipient attn attention author owner manager supervisor spouse "
    "signatory subscriber member signed organizer organiser invitees participants presenter speaker"
)
"""Labels before a colon whose value is a person."""

ORGANISATION = _set(
    "inc incorporated corp corporation co company companies llc llp ltd limited plc gmbh ag sa nv bv kk oy ab spa pty group holdings "
    "bank bancorp trust fund capital partners associates ventures energy power gas oil electric pipeline pipelines utilities "
    "resources services service systems solutions technologies technology software networks labs laboratory laboratories "
    "university college school institute academy hospital clinic center centre foundation association society council "
    "committee commission agency authority ministry department dept office bureau division board court church club "
    "insurance financial securities investments properties realty airlines airways motors foods pharmaceuticals "
    "international global national federal online news times post journal magazine press media radio tv network "
    "store stores shop market markets marketing sales hotel hotels inn resort restaurant casino brothers bros sons stanley "
    "union league team project program programme conference workshop agreement contract act report index survey "
    "station plant field terminal building tower plaza hall stadium airport"
)
"""What makes the words before it an organisation, a building or a thing."""
PLACES = _set(
    "street st avenue ave road rd drive dr boulevard blvd lane ln way place court parkway pkwy highway hwy square park county city state "
    "river lake creek island islands mountain mount valley beach bay hills springs fort port north south east west northern "
    "southern eastern western upper lower central america american texas california houston london york chicago dallas "
    "austin denver boston portland seattle calgary toronto washington oregon florida ohio nevada arizona virginia georgia "
    "kansas iowa nebraska missouri tennessee kentucky alabama louisiana mississippi oklahoma arkansas colorado wyoming montana utah "
    "idaho alaska hawaii minnesota wisconsin michigan illinois indiana pennsylvania connecticut massachusetts vermont maine "
    "jersey delaware maryland carolina dakota philadelphia phoenix atlanta miami detroit baltimore cleveland pittsburgh "
    "francisco angeles diego antonio dublin paris berlin munich tokyo osaka sydney melbourne singapore hong kong beijing "
    "shanghai delhi mumbai madrid rome milan vienna zurich geneva amsterdam brussels oslo stockholm copenhagen moscow "
    "canada mexico europe asia india china japan germany france england uk usa us"
)
DAYS = _set(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april "
    "may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "today tomorrow yesterday christmas easter thanksgiving am pm pst pdt est edt cst cdt gmt utc"
)
ROLES = _set(
    "info admin administrator administration support help helpdesk desk sales billing accounts account accounting finance payroll hr "
    "legal press media marketing news newsletter newsletters noreply no-reply donotreply do-not-reply reply mailer daemon "
    "mailer-daemon postmaster webmaster hostmaster abuse security privacy notifications notification notify alert alerts "
    "updates update announce announcements announcement list lists users user members member subscribe unsubscribe "
    "customer customers client clients service services team staff all everyone everybody folks guys office reception "
    "orders order shipping returns feedback contact enquiries inquiries jobs careers recruiting recruitment events "
    "event web site mail email e-mail system server root test undisclosed recipients recipient distribution group exchange "
    "bulletin digest daily weekly monthly editor editors help-desk bot automatic auto via dl bounce bounces devel dev "
    "helpline hotline booking bookings reservations order-update offers deals deal store shop survey surveys rewards "
    "moderator moderators owner request requests commits patches bugs issues tickets ticket"
)
"""What makes a display name, or the local part of an address, no person's."""

COMMON = _set(
    "will mark may bill rich grant art bob drew frank gene guy jack josh lance max miles nick norm pat penny ray rob rod sandy "
    "skip sue tad tim tom van victor wade ward chip chase chance chuck clay cliff cole colt dale dean dean don drew earl "
    "faith grace hope joy harmony heather hazel holly iris ivy jade jasmine jean jewel lily olive opal pearl poppy rose ruby "
    "violet violetta april june august autumn summer dawn eve carol merry bell berry bishop black blue bond book brook brooks "
    "brown bush butler buck burns bright bridges banks barber baker bear best blank block boss branch bean carpenter carter "
    "case cash castle chambers chance church clark clay cook cooper cross curry day deal dial dollar drew dove duke english "
    "ernest farmer fields field fish fisher flowers flood ford forest foster fountain fox frank french frost gamble gates garden gardener "
    "german glass gold golden good goodman gore grace grant grave graves gray green grey grove hall hand hardy harper hart "
    "heath herring hill hills hook hood hooker hope horn house hunt hunter irons iron jay joy judge key kidd king kirk knight "
    "lake lamb land lane law laws lawn lawyer lay lee leeds levy light little lock long looper love low major mann "
    "march marks marks marsh marshall martin mason masters may mayer means mercer mercy messenger mills miller mills miner "
    "moody moon moor moore more morse moss mount mint money nash north noble nail notice oaks oakley page paine parish park "
    "parker parks parson parsons patch payne peace peacock pearl penn perry pike piper place plant plum pool poole pope "
    "porter post potter powers power price prince pride proctor pound purse quick rain rains raven ray read reader reed rice "
    "rich rider rivers roach roads robin rock root rose rush sage saint sale sales salmon sands savage sawyer sayer school "
    "seal seals self setter shade sharp shell shepherd shields shine ship short silver singer single singh sky slack slaughter "
    "small smart smith snow song south spark sparks spear spears spring springer stack star stark steel stein sterling stern "
    "stock stokes stone storm story strange street strong summers sun swan sweet sword swift tailor tanner tate taylor temple "
    "thatcher thorn tie tower towers town trade travel travis troy tree true tucker turner turn twist tyler usher vale vance "
    "vale venture vogel voice wagner walker wall walls ware warner waters watt way weaver webb webber weeks weiss wells west "
    "wheat wheeler white wild will wills winner winter winters wise wolf wood woods word worth wright yates york young sandy "
    "bo ed al mo cy gay ty van ken jim dan sam ben ali an so do in on or we us he it no go my by up at as is if of to me be "
    "ha li lo ma mi pi re se si su ta te ti tu xi yi yo yu he hu an bin can chin chi dong fan gong han hang hong hua jing kim "
    "lam lang ling ming pan pang ping sing sung tan tang tong wan wang wing yang ying yong"
)
"""Names that are words, too: alone they count only where a name stands or a correspondent of the thread bears them."""
SURE = _set(
    "bob chuck heather holly jack jasmine jim josh ken ben dan nick rob ray sue tim tom taylor tyler martin marshall moore wagner clark jean "
    "fisher miller cooper carter baker parker tucker turner walker perry smith wright yates travis troy victor vogel webb weiss stein "
    "sam ed dean kim lee jay ali duke parsons payne poole potter powell nash oakley"
)
"""Of these, those that are hardly ever written with a capital as a word: they count as names once the case knows them."""

STARTERS = _set(
    "the a an this that these those there here it its he she they we you i my your his her our their who what when where why how which "
    "if so and but or nor for from to in on at by with as of per via re fw fwd is are was were be been do does did has have had can "
    "could will would shall should may might must let lets please thanks thank note also any all some no not yes ok okay "
    "after before since until while because although though then than once now just only even still yet again however "
    "attached regarding concerning subject sent date received original message forwarded begin end page see call ask tell "
    "give get go come take make know think hope good great nice sorry sure well new old best kind warm many much more most "
    "each every both either neither one two three first second third last next hi hello hey dear mr mrs ms dr prof "
    "jr sr inc corp llc ltd said says wrote asked told was and or vs versus cc bcc to-do fyi asap etc "
    "attorney director manager president vice chairman officer chief executive assistant analyst engineer senior junior "
    "counsel secretary treasurer coordinator specialist consultant supervisor administrator associate trader head "
    "phone tel telephone fax cell mobile email e-mail mail web www http https office home work address room suite floor box "
    "north south east west internet website copyright confidential privileged disclaimer notice warning important urgent "
    "question questions answer answers comments comment summary agenda minutes meeting schedule update status version "
    "everyone everybody folks guys gentlemen ladies sirs madam team colleagues friends friend group "
    "happy birthday merry new year welcome congratulations enjoy have regards sincerely cheers love "
    "using use used based under over about into onto out up down off between among during within without against"
)
"""Words that begin a sentence or a line with a capital, and are no name."""

NO_NAME = ORGANISATION | PLACES | DAYS | STARTERS | ROLES | GREETINGS | CLOSINGS
"""No family name that the case doesn't know."""

GIVEN = _set(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven steve "
    "paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey jeff ryan jacob gary nicholas eric "
    "jonathan stephen larry justin scott brandon benjamin samuel gregory greg frank alexander raymond patrick jack dennis jerry "
    "tyler aaron jose adam nathan henry douglas doug zachary peter kyle ethan walter noah jeremy christian keith roger terry sean "
    "gerald carl harold arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert willie elijah randy "
    "vincent russell philip phillip bobby johnny bradley brad mike jim tom dan dave bob rob tim tony chris matt nick ken ron ben sam "
    "mary patricia jennifer linda elizabeth barbara susan jessica karen sarah lisa nancy sandra betty ashley emily kimberly kim "
    "margaret donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen kathy amy angela "
    "shirley anna ruth brenda pamela nicole katherine virginia catherine christine samantha debra janet carolyn rachel heather "
    "maria diane emma julie joyce frances evelyn joan christina kelly martha lauren victoria judith cheryl megan andrea ann alice "
    "jacqueline hannah doris kathryn gloria teresa sara janice marie julia judy theresa beverly denise marilyn amber danielle "
    "susanne ingrid hans klaus jürgen wolfgang stefan andreas markus thomas matthias sabine petra monika ursula heike jan piotr "
    "anna katarzyna krzysztof tomasz marek jean pierre michel françois philippe nathalie isabelle sophie luca marco giovanni "
    "paolo francesca giulia carlos luis javier miguel antonio francisco ana carmen lucía pedro pablo sergei ivan dmitri olga "
    "natalia elena ahmed mohammed muhammad ali fatima omar hassan raj priya sanjay anil sunil ravi vijay deepak wei ming li "
    "lorraine naomi melvin debbie deb becca becky iain ian malcolm nigel graham clive trevor gavin gareth craig duncan fiona "
    "fraser hamish alistair rupert hugh simon neil adrian colin barry geoff geoffrey leonard leo lewis louis louise lucy lydia "
    "marcus marvin maurice max melanie miranda monica nathaniel nigel nina norma norman oliver oscar owen paige paula pauline "
    "penny phil phyllis preston ralph randall rebekah regina reginald renee rhonda ricardo ricky rita roberto robin rodney "
    "roland rosa rosemary ross roy ruben sabrina sally sergio seth shane shannon sheila sherri sherry sidney sonia sonya stacy "
    "stacey stanley stuart stewart suzanne sylvia tabitha tamara tammy tanya tara ted theodore tiffany tina todd tracy tracey "
    "trisha valerie vanessa vera vernon veronica vicki vicky vivian warren wayne wendy wesley whitney yolanda yvonne zoe "
    "abigail adele agnes alejandro alex alexandra alexis alfred alicia alison allison alvin amelia andre andy angelica angelo "
    "anita ann annette annie antoine april ariana arlene arnold arturo audrey beatrice belinda bernadette bernard bernice bert "
    "beth bethany blake bonnie brendan brent brett bridget brittany calvin cameron candace carla carlo carmen caroline carrie "
    "cassandra cathy cecilia celia charlene charlie charlotte chelsea cheryl chloe claire clara clarence claudia clayton clifford "
    "clinton colleen connie corey cory courtney curtis cindy daisy damian dana daphne darlene darrell darren dawn debra della derek "
    "desmond diana dianne dolores dominic dora doreen dorothy doug dwayne dwight edith edgar eduardo edwin eileen elaine eleanor "
    "ella ellen elsie emilia enrique erica erik erika erin ernesto esther eugene eva felicia felix fernando flora florence floyd "
    "fred freda freddie frederick gail gene geraldine gilbert gina glen glenn gordon greta guillermo gwen harriet harvey hector helen "
    "helena henrietta herbert herman hilda howard ida ignacio inez irene iris irma isaac isabel jackie jaime jake jamie jane "
    "janice jared jasper javier jeanne jeannie jenna jennie jenny jeremiah jerome jill jillian joann joanna joanne joel johanna "
    "jolene jonas jorge josephine juanita judith juliana juliet june karl karla kate kathryn katie katrina kayla keisha kelli "
    "kelvin kendra kerry kirsten kristen kristin kristina kristy krista kurt lance lara larissa latoya leah leila lena leona leroy "
    "leslie lester lillian lindsay lindsey lionel loretta lori lorenzo lottie lowell lucas lucia lucille luther lyle lynn lynda "
    "lynne mabel madeline madeleine mandy manuel marc marcel marcia marco marcy marguerite marian marianne maribel mario "
    "marion marisa marjorie marlene marsha marta martina matilda mattie maureen maxine meredith micah micheal mickey mildred "
    "milton mindy minnie mitchell molly mona morgan moses muriel myra myrtle nadia nadine natalie natasha nellie nelson nora "
    "olivia orlando pam patrice patsy patti patty pearl peggy percy perry rafael ramon ramona raquel raul ray reed regis rex "
    "roberta rochelle rolando ron ronnie roosevelt rosalie rosie roxanne rudolph rudy rufus sadie sammy sandy saul shelley shelly "
    "sherman shirley silvia stella stefanie stephan sue susie suzie sven terrence tess thelma tonya toni tracie tricia trudy ulrich "
    "van vincenzo vladimir wallace wanda wilbur wilma winston xavier yvette zachariah"
)
"""Given names that are common enough to be known without a correspondent who bears them."""
