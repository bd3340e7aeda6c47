"""Short forms of given names: a list of our own, of the commonest in mail in English and its neighbours."""

from functools import cache

_FORMS = """
abigail abby gail|abraham abe|adam|adrian|agnes|alan allan allen al|albert bert al|alexander alex sandy alec xander
alexandra alex sandra sasha|alexei alexey alex|alfred fred al|alice|alison allison ali|amanda mandy|amelia amy
andrea|andreas andre|andrew andy drew|angela angie|anita|anna ann anne annie|anthony tony anton|antonio tony
archibald archie|arthur art|ashley|barbara barb barbie|beatrice bea|benjamin ben benny|bernard bernie|bertram bert
bethany beth|beverly bev|bradley brad|brandon|brenda|brian bryan|bridget|bruce|caleb|calvin cal|cameron cam|carl karl
carlos|carol carole|caroline carolyn carrie lynn|catherine katherine kathryn cathy kathy kate katie kat cath kay|cecilia
charles charlie chuck chas|charlotte lottie|chester chet|christian chris|christina christine chris tina chrissy
christopher chris kit|cindy cynthia|claire|clara|clifford cliff|clinton clint|colin|constance connie|craig|curtis curt
daniel dan danny|danielle|darren|david dave davy|dawn|deborah debra deb debbie|dennis denny|derek|diana diane|dirk
dolores|dominic dom|donald don donny|donna|dorothy dot|douglas doug|dustin|dwight|earl|edgar ed|edmund ed ted
edward ed eddie ted ned|edwin ed eddie|eileen|elaine|eleanor ellie nell|elizabeth liz beth betty betsy lizzie|lisa|eliza
ellen|elliot|emily em|emma|eric erik|erica|ernest ernie|esther|ethan|eugene gene|eva|evelyn|felix|florence flo
frances fran|francis frank|francisco paco|franklin frank|frederick fred freddy rick|gabriel gabe|gary|geoffrey geoff jeff
george|gerald gerry jerry|gilbert gil|gina|gordon|grace|graham|gregory greg|gretchen|guillermo|guy|hannah|hans|harold hal harry
harriet|harvey|heather|heidi|helen|henry hank harry|herbert herb bert|herman|holly|howard howie|hugh|ian|ingrid|irene|isaac
isabel izzy|joan|ivan|jack|jacob jake|jacqueline jackie|jacques|james jim jimmy jamie|jane|jayne|jan|janet|janice|jason jay
jay|jean|jeffrey jeff jeffery|jennifer jen jenny jenn|jeremy jerry|jerome jerry|jessica jess|jesus|jill|joan joanie|joanne jo|joel
johannes|john johnny jack|jonathan jon|jordan|jorge|jose pepe|joseph joe joey|josephine jo|joshua josh|joyce
juan|judith judy|julia julie|julian|juan|justin|karen|keith|kelly|kenneth ken kenny|kent|kevin kev|kimberly kim|kirk|klaus
kristen kristin kris|kristina kristine kris|kurt|kyle|lance|larry lawrence laurence|laura|lauren|leo|leonard len leo
leslie les|lewis lou|lillian lil|linda lindy|lloyd|logan|lois|lori|louis lou|louise lou|lucas luke|lucille lucy|luis|lynn
madeline maddie|marc|marcia|marcus|margaret maggie meg peggy marge|maria|marie|marilyn|mario|marion|mark|markus|marshall
martha|martin marty|marvin marv|mary|mathias|matthew matt|maureen mo|maurice|maxwell max|maximilian max|megan meg|melanie mel
melissa mel|melvin mel|meredith|michael mike mick mickey|michelle|miguel|mildred|miriam|mitchell mitch|mohamed mohammed
monica|morgan|nancy|natalie nat|natasha|nathan nate|nathaniel nate nat|neil|nelson|nicholas nick|nicolas nick nico|nicole nikki
noah|nora|norman norm|oliver ollie|olivia liv|oscar|owen|pamela pam|patricia pat patty trish tricia patti|patrick pat
paul|paula|pauline|pedro|penelope penny|peter pete|philip phillip phil|phyllis|rachel|rafael rafa|ralph|ramon|randall randy
randolph randy|raymond ray|rebecca becky becca|regina gina|reginald reg|rene|richard rick rich dick ricky richie|rita
robert bob rob bobby robbie bert|roberta|roberto|robin|rodney rod|roger|roland|ronald ron ronnie|rosalie rosalee|rose
rosemary rose|ross|roy|russell russ rusty|ruth|ryan|sabrina|salvatore sal|samantha sam|samuel sam sammy|sandra sandy
sara sarah sally|scott scotty|sean shawn shaun|sebastian seb|sergio|shannon|sharon|sheila|shelley shelly|sherri sherry
shirley|simon|sophia sophie|stacy stacey|stanley stan|stephanie steph|stephen steven steve|stuart stu|susan sue susie suzanne
sylvia|tamara tammy|tatiana|terence terry terrence|teresa theresa terri tess|theodore ted theo|thomas tom tommy|tiffany
timothy tim timmy|tina|todd|tracy|travis|trevor|tyler|valerie val|vanessa|vernon|veronica|vicky victoria vicki|victor vic
vincent vince vinny|virginia ginny|vivian|walter walt|wanda|warren|wayne|wendy|wesley wes|wilfred|william bill will billy willy liam
winston|yolanda|yvonne|zachary zach zack|aleksandr alexander sasha|dmitri dmitry dmitriy dima|ekaterina katya|evgeny eugene
ivan vanya|mikhail michael misha|nikolai nikolay|pavel paul|sergei sergey|vladimir vlad|yuri yury|friedrich fritz
heinrich heinz|joachim jochen|johann hans|jurgen juergen|gunther gunter guenther|ulrich uli|wolfgang wolf|michel|pierre
philippe|francois|stefan stephan|matthias|tobias|thorsten torsten|bjorn|soren|anders|henrik|lars|niels|ole
hiroshi|kenji|takashi|yuki|akira|makoto|satoshi|naoki|yuko|keiko|kazuko|kazuo|hiroko|yoshiko
"""


@cache
def _table() -> dict[str, frozenset[int]]:
    lines: dict[str, set[int]] = {}
    for number, line in enumerate(_FORMS.replace("\n", "|").split("|")):
        for name in line.split():
            lines.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in lines.items()}


def known(name: str) -> bool:
    """Tell whether a word is one of the given names on the list."""
    return name in _table()


def same(one: str, other: str) -> bool:
    """Tell whether two given names may be one person's: one is a short form of the other, or both of a third."""
    return bool(groups(one) & groups(other))


def groups(name: str) -> frozenset[int]:
    """Give the numbers of the lines in which a given name stands; two names of one line may be one person's."""
    return _table().get(name, frozenset())
